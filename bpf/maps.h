/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What user space and the programs share. User space writes config, routes, neighbours, sources and hops; the programs
 * write macs, events and counters. All numbers are in host order. docs/wire/vxlan.md has the bytes on the wire.
 *
 * A daemon of one version takes over what one of another version left, entry by entry: values are cut or filled up with
 * zeros. So structs grow at their end only, zero means what was before, and counters are only appended.
 */
#ifndef WEAVE_MAPS_H
#define WEAVE_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define PEERS 4096	/* 12-bit short ids */
#define HOPS_MAX 1024	/* next hops of one flooded frame */
#define MACS_MAX 65536
#define OWNERS_MAX 16384	/* addresses that are this host's or live containers' */
#define FLOWS_MAX 65536	/* flows of containers through the host */
#define NOBODY 0xffff	/* no peer: a frame of our own, or a previous hop that cannot be told */

/* A single entry: who we are and over which devices. */
struct config {
	__u32 self;	/* our short id */
	__u32 device;	/* the VXLAN device that is a port of the bridge */
	__u32 handover;	/* the TAP of the user-space overlay; 0 when there is none */
	__u32 flags;
};

#define CONFIG_READY 1	/* until it is set nothing is forwarded */
#define CONFIG_BRIDGED 2	/* the host has rules for what passes its bridge: frames of containers do not skip it */
#define CONFIG_BRIDGED_IPV6 4	/* the same for IPv6 alone */

/* Next hop for a destination peer. */
#define ROUTE_UNKNOWN 0		/* nobody owns this short id */
#define ROUTE_NONE 0xffff	/* a known peer, no way to it now */
/* any other value: short id of the neighbour, plus one */

struct neighbour {
	__u32 address;	/* where its tunnel is */
	__u32 device;	/* VXLAN device for its port; 0 = the one of the bridge */
	__u32 flags;
	__u32 reserved;
};

#define NEIGHBOUR_KNOWN 1
#define NEIGHBOUR_FAST 2	/* over VXLAN; without it frames are handed to user space */

/* Who sends from an address: the neighbour's short id, or NOBODY when several neighbours share the address. */
struct source {
	__u32 neighbour;
};

struct mac {
	__u64 seen;	/* CLOCK_MONOTONIC, nanoseconds, at most about a second behind */
	__u32 stamp;	/* jiffies at the time of `seen` */
	__u32 moves;
	__u32 port;	/* host end of the container's veth, when frames may go straight into it */
	__u16 peer;
	__u16 reserved;
};

/*
 * The neighbours to which a frame flooded by a peer is passed on, if it comes from `upstream` (or NOBODY is asked for).
 * The hop count alone bounds the length of a loop, not how often a frame is copied while peers disagree about the
 * topology; with one upstream for each source it cannot multiply. One update swaps the whole list.
 */
struct hops {
	__u16 count;
	__u16 upstream;
	__u16 hop[HOPS_MAX];
};

struct event {
	__u32 kind;
	__u16 source;		/* short ids out of the VNI */
	__u16 destination;
	__u32 address;		/* outer source address */
	__u32 length;		/* of the inner frame */
	__u8 head[32];		/* its first bytes */
};

#define EVENT_HEARTBEAT 1
#define EVENT_MAC_NEW 2
#define EVENT_MAC_MOVED 3

enum counter {
	SENT_FAST,		/* frames that left over VXLAN, one per copy */
	SENT_HANDOVER,		/* frames handed to user space, one per copy */
	SENT_HEARTBEAT,
	RECEIVED_FAST,
	RECEIVED_HANDOVER,
	RECEIVED_HEARTBEAT,
	DELIVERED,		/* to the bridge */
	DELIVERED_DIRECT,	/* into a container's veth, past the bridge */
	RELAYED,
	FLOODED,		/* frames, not copies */
	TOO_BIG_ANSWERED,	/* path-MTU answers passed back */
	DROP_SOURCE,		/* outer source address is no neighbour's */
	DROP_UNKNOWN_PEER,
	DROP_NO_ROUTE,
	DROP_TTL,
	DROP_LOOP,		/* it came from where it would go, or from ourselves */
	DROP_LOCAL,		/* destination is on our own bridge already */
	DROP_MALFORMED,
	DROP_NO_HANDOVER,
	DROP_SEND,		/* the kernel refused to send */
	DROP_STOLEN,		/* it came with the address of the bridge, of this host or of another container here */
	COUNTERS
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct config);
} weave_config SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PEERS);
	__type(key, __u32);
	__type(value, __u32);
} weave_routes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PEERS);
	__type(key, __u32);
	__type(value, struct neighbour);
} weave_neigh SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, PEERS);
	__type(key, __u32);
	__type(value, struct source);
} weave_sources SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, PEERS);
	__type(key, __u32);
	__type(value, struct hops);
} weave_hops SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MACS_MAX);
	__type(key, __u64);
	__type(value, struct mac);
} weave_macs SEC(".maps");

/* Where alone an address may be: the container's port, or 0 for the host. Written by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, OWNERS_MAX);
	__type(key, __u64);
	__type(value, __u32);
} weave_owners SEC(".maps");

/* What containers sent to the host itself, which may have translated it: MAC (48 bits) | port. See flow.h. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, FLOWS_MAX);
	__type(key, __u64);
	__type(value, __u32);
} weave_flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} weave_counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} weave_events SEC(".maps");

static __always_inline void count(__u32 which)
{
	__u64 *n = bpf_map_lookup_elem(&weave_counters, &which);

	if (n)
		(*n)++;
}

#endif
