/* SPDX-License-Identifier: GPL-2.0 */
/* Sending one frame to one neighbour, over VXLAN or by handing it to user space. */
#ifndef WEAVE_TUNNEL_H
#define WEAVE_TUNNEL_H

#include "frame.h"
#include "maps.h"

/*
 * The part of struct bpf_tunnel_key that every kernel has: later ones append the local address, and an older kernel
 * refuses a size that it does not know.
 */
struct tunnel_key {
	__u32 id;
	__u32 remote[4];
	__u8 tos;
	__u8 ttl;
	__u16 ext;
	__u32 label;
};

#define TTL_START 64

#define VNI(source, destination) ((__u32)(destination) << 12 | (source))
#define VNI_SOURCE(vni) ((vni) & 0xfff)
#define VNI_DESTINATION(vni) ((vni) >> 12 & 0xfff)

static __always_inline int read_tunnel_key(struct __sk_buff *skb, struct tunnel_key *key)
{
	return bpf_skb_get_tunnel_key(skb, (struct bpf_tunnel_key *)key, sizeof(*key), 0);
}

/*
 * The key names the next tunnel hop; TTL is never 0, and that is how the egress program knows its own transmissions
 * when they pass it again. Checksum 0 as the original sends it. DF is not set on data: the device answers an inner
 * DF frame that is too big itself, and fragments the rest, which would vanish otherwise.
 */
static __always_inline int write_tunnel_key(struct __sk_buff *skb, __u32 address, __u32 vni, __u32 ttl, __u64 flags)
{
	struct tunnel_key key = { .id = vni, .ttl = ttl };

	key.remote[0] = address;
	return bpf_skb_set_tunnel_key(skb, (struct bpf_tunnel_key *)&key, sizeof(key), BPF_F_ZERO_CSUM_TX | flags);
}

/*
 * The hand-over to and from user space: 14 bytes shaped like Ethernet in front of the frame,
 *   02 57 destination(2) neighbour(2) | 02 57 source(2) ttl(1) 0 | 08 00
 * The type says IPv4 whatever the frame is: bpf_skb_adjust_room() refuses to shrink anything else, and the real type
 * is read again when the frame enters the VXLAN device.
 */
#define HANDOVER_SIZE 14

struct handover {
	__u8 mark1[2];
	__be16 destination;
	__be16 neighbour;
	__u8 mark2[2];
	__be16 source;
	__u8 ttl;
	__u8 zero;
	__be16 type;
} __attribute__((packed));

static __always_inline int write_handover(struct __sk_buff *skb, __u32 neighbour, __u32 source, __u32 destination, __u32 ttl)
{
	struct handover head = {
		.mark1 = { 0x02, 0x57 }, .destination = bpf_htons(destination), .neighbour = bpf_htons(neighbour),
		.mark2 = { 0x02, 0x57 }, .source = bpf_htons(source), .ttl = ttl, .type = bpf_htons(ETH_P_IP),
	};

	return bpf_skb_store_bytes(skb, 0, &head, sizeof(head), 0);
}

static __always_inline struct config *config(void)
{
	__u32 zero = 0;
	struct config *cfg = bpf_map_lookup_elem(&weave_config, &zero);

	return cfg && cfg->flags & CONFIG_READY ? cfg : 0;
}

static __always_inline struct neighbour *neighbour(__u32 id)
{
	struct neighbour *n = bpf_map_lookup_elem(&weave_neigh, &id);

	return n && n->flags & NEIGHBOUR_KNOWN ? n : 0;
}

static __always_inline int drop(__u32 why)
{
	count(why);
	return TC_ACT_SHOT;
}

/* Gives the frame itself, not a copy, to a neighbour. The result is the verdict. */
static __always_inline int send(struct __sk_buff *skb, struct config *cfg, __u32 to, __u32 source, __u32 destination, __u32 ttl)
{
	struct neighbour *n = neighbour(to);

	if (!n)
		return drop(DROP_NO_ROUTE);
	if (n->flags & NEIGHBOUR_FAST) {
		if (write_tunnel_key(skb, n->address, VNI(source, destination), ttl, 0))
			return drop(DROP_SEND);
		count(SENT_FAST);
		return bpf_redirect(n->device ? n->device : cfg->device, 0);
	}
	if (!cfg->handover)
		return drop(DROP_NO_HANDOVER);
	if (bpf_skb_change_head(skb, HANDOVER_SIZE, 0) || write_handover(skb, to, source, destination, ttl))
		return drop(DROP_SEND);
	count(SENT_HANDOVER);
	return bpf_redirect(cfg->handover, 0);
}

#endif
