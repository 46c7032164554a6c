/* SPDX-License-Identifier: GPL-2.0 */
/* What is read out of a frame. Everything goes through bpf_skb_load_bytes, so headers may lie outside the linear part. */
#ifndef WEAVE_FRAME_H
#define WEAVE_FRAME_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct macs {
	__u64 destination;
	__u64 source;
};

static __always_inline __u64 mac_number(const __u8 *b)
{
	return (__u64)b[0] << 40 | (__u64)b[1] << 32 | (__u64)b[2] << 24 | (__u64)b[3] << 16 | (__u64)b[4] << 8 | b[5];
}

#define MAC_IS_GROUP(mac) ((mac) & 0x010000000000ULL)
#define MAC_STP 0x0180c2000000ULL

static __always_inline int read_macs(struct __sk_buff *skb, struct macs *macs)
{
	__u8 raw[2 * ETH_ALEN];

	if (bpf_skb_load_bytes(skb, 0, raw, sizeof(raw)))
		return -1;
	macs->destination = mac_number(raw);
	macs->source = mac_number(raw + ETH_ALEN);
	return 0;
}

/* ICMP "fragmentation needed" or ICMPv6 "packet too big": what the tunnel device answers to an oversized frame. */
static __always_inline int is_too_big(struct __sk_buff *skb)
{
	__u8 ip[2], type[2], header;
	__be16 proto;

	if (bpf_skb_load_bytes(skb, 12, &proto, 2))
		return 0;
	if (proto == bpf_htons(ETH_P_IP)) {
		if (bpf_skb_load_bytes(skb, 14, &header, 1) || bpf_skb_load_bytes(skb, 14 + 9, ip, 1) || ip[0] != 1)
			return 0;
		return !bpf_skb_load_bytes(skb, 14 + (header & 15) * 4, type, 2) && type[0] == 3 && type[1] == 4;
	}
	if (proto == bpf_htons(ETH_P_IPV6)) {
		if (bpf_skb_load_bytes(skb, 14 + 6, ip, 1) || ip[0] != 58)
			return 0;
		return !bpf_skb_load_bytes(skb, 14 + 40, type, 1) && type[0] == 2;
	}
	return 0;
}

#endif
