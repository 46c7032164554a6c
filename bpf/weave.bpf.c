// SPDX-License-Identifier: GPL-2.0
// Fast datapath programs. Attached by clsact to the tunnel device; maps are pinned by the loader.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "GPL";
