/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Passing a flooded frame on: one copy per hop of the source's list. First the hops over VXLAN; then, with the
 * hand-over header in front, those of user space: the header cannot be taken off again (see tunnel.h), so whoever
 * still wants the frame takes a copy in between.
 */
#ifndef WEAVE_FLOOD_H
#define WEAVE_FLOOD_H

#include "tunnel.h"

/* What a copy carries, packed for the global functions below: these take scalars only. */
#define COPY(source, previous, ttl) ((__u64)(ttl) << 32 | (__u64)(previous) << 16 | (source))
#define COPY_SOURCE(copy) ((copy) & 0xffff)
#define COPY_PREVIOUS(copy) ((copy) >> 16 & 0xffff)
#define COPY_TTL(copy) ((copy) >> 32 & 0xff)

/*
 * Global functions, verified once each instead of once per turn: a thousand inlined turns exceed the verifier's limit,
 * and bpf_loop() needs Linux 5.17.
 */

/* Sends a copy if the hop is reached over VXLAN. Returns 1 when user space has to carry it. */
__attribute__((noinline)) int copy_fast(struct __sk_buff *skb, __u32 hop, __u64 copy)
{
	struct config *cfg = config();
	struct neighbour *n = neighbour(hop);

	if (!cfg || !n || hop == COPY_PREVIOUS(copy))
		return 0;
	if (!(n->flags & NEIGHBOUR_FAST))
		return 1;
	if (write_tunnel_key(skb, n->address, VNI(COPY_SOURCE(copy), hop), COPY_TTL(copy), 0)
	    || bpf_clone_redirect(skb, n->device ? n->device : cfg->device, 0))
		count(DROP_SEND);
	else
		count(SENT_FAST);
	return 0;
}

/* Hands a copy to user space if the hop is not reached over VXLAN. The room for the header is there already. */
__attribute__((noinline)) int copy_handover(struct __sk_buff *skb, __u32 hop, __u64 copy)
{
	struct config *cfg = config();
	struct neighbour *n = neighbour(hop);

	if (!cfg || !n || n->flags & NEIGHBOUR_FAST || hop == COPY_PREVIOUS(copy))
		return 0;
	if (write_handover(skb, hop, COPY_SOURCE(copy), hop, COPY_TTL(copy)) || bpf_clone_redirect(skb, cfg->handover, 0))
		count(DROP_SEND);
	else
		count(SENT_HANDOVER);
	return 0;
}

static __always_inline __u32 hop_at(struct hops *hops, __u32 index)
{
	/* The compiler knows that the index is small and would leave the check out; the verifier does not know it. */
	asm volatile("%0 &= %1" : "+r"(index) : "i"(HOPS_MAX - 1));
	return hops->hop[index];
}

/* Returns how many hops are left for user space. */
static __always_inline __u32 flood_fast(struct __sk_buff *skb, struct hops *hops, __u32 until, __u64 copy)
{
	__u32 i, left = 0;

	for (i = 0; i < HOPS_MAX; i++) {
		if (i >= until)
			break;
		left += copy_fast(skb, hops->hop[i], copy) & 1;
	}
	return left;
}

static __always_inline int flood_handover(struct __sk_buff *skb, struct config *cfg, struct hops *hops, __u64 copy)
{
	__u32 i;

	if (!cfg->handover)
		return drop(DROP_NO_HANDOVER);
	if (bpf_skb_change_head(skb, HANDOVER_SIZE, 0))
		return drop(DROP_SEND);
	for (i = 0; i < HOPS_MAX; i++) {
		if (i >= hops->count)
			break;
		copy_handover(skb, hops->hop[i], copy);
	}
	return TC_ACT_SHOT;
}

#endif
