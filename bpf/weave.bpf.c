// SPDX-License-Identifier: GPL-2.0
/*
 * The fast datapath. Four programs for tc:
 *   weave_egress     frames that leave the bridge through the VXLAN device: to the peer of the destination MAC, or flooded
 *   weave_ingress    frames out of the tunnel: delivered, relayed, flooded on
 *   weave_handover   frames that user space received from a neighbour: continued as if they came out of the tunnel
 *   weave_port       frames of a container: past the bridge when the destination is known
 * User space only writes the maps of maps.h. Nothing here depends on a daemon being alive.
 */
#include "flood.h"
#include "flow.h"
#include "frame.h"
#include "learn.h"
#include "maps.h"
#include "tunnel.h"
#include <linux/if_packet.h>

char _license[] SEC("license") = "GPL";

/*
 * A frame that enters the VXLAN device by redirect has no tunnel key any more; these carry what it would have said.
 * mark: 1 | ttl (7) | destination (12) | source (12); tc_index: 1 | previous hop (15), or all ones: deliver, no more.
 */
#define ENTER_MARK(source, destination, ttl) (1U << 31 | (ttl) << 24 | (destination) << 12 | (source))
#define ENTER_PREVIOUS 0x8000
#define ENTER_DELIVER 0xffff

/* Heartbeats are frames with zero MACs that user space sends through the device itself, marked with the neighbour. */
#define HEARTBEAT_MARK 0x57000000U

static __always_inline int send_heartbeat(struct __sk_buff *skb, struct config *cfg)
{
	struct neighbour *n;
	__u32 to = skb->mark & (PEERS - 1);

	if ((skb->mark & 0xff000000U) != HEARTBEAT_MARK || !(n = neighbour(to)) || !n->address)
		return drop(DROP_MALFORMED);
	/* DF: a heartbeat proves that full frames fit, so it must not be fragmented. */
	if (write_tunnel_key(skb, n->address, VNI(cfg->self, to), TTL_START, BPF_F_DONT_FRAGMENT))
		return drop(DROP_SEND);
	count(SENT_HEARTBEAT);
	return bpf_redirect(n->device ? n->device : cfg->device, 0);
}

/* A frame of our own bridge for everybody. The last hop takes the frame itself: with two hosts nothing is copied. */
static __always_inline int flood_own(struct __sk_buff *skb, struct config *cfg)
{
	__u32 self = cfg->self, last;
	__u64 copy = COPY(self, NOBODY, TTL_START);
	struct hops *hops = bpf_map_lookup_elem(&weave_hops, &self);

	if (!hops || !hops->count || hops->count > HOPS_MAX)
		return TC_ACT_SHOT;
	count(FLOODED);
	last = hops->count - 1;
	if (flood_fast(skb, hops, last, copy)) {
		copy_fast(skb, hop_at(hops, last), copy);
		return flood_handover(skb, cfg, hops, copy);
	}
	last = hop_at(hops, last);
	return send(skb, cfg, last, self, last, TTL_START);
}

SEC("tc")
int weave_egress(struct __sk_buff *skb)
{
	struct config *cfg = config();
	struct tunnel_key key = {};
	struct macs macs;
	struct mac *at;
	__u32 peer, *route;

	/* Our own transmissions pass here again. A TTL of 0 is a frame of the host's that only inherited a key. */
	if (!read_tunnel_key(skb, &key) && key.ttl)
		return TC_ACT_OK;
	if (!cfg)
		return TC_ACT_SHOT;
	if (read_macs(skb, &macs))
		return drop(DROP_MALFORMED);
	if (!macs.source && !macs.destination)
		return send_heartbeat(skb, cfg);
	if (macs.destination == MAC_STP)
		return drop(DROP_LOCAL);
	forget_port(macs.source, cfg->self, skb->ingress_ifindex);
	learn(macs.source, cfg->self, 0);
	if (MAC_IS_GROUP(macs.destination))
		return flood_own(skb, cfg);
	at = bpf_map_lookup_elem(&weave_macs, &macs.destination);
	if (!at)
		return flood_own(skb, cfg);
	peer = at->peer;
	if (peer == cfg->self)
		return drop(DROP_LOCAL);
	route = bpf_map_lookup_elem(&weave_routes, &peer);
	if (!route || *route == ROUTE_UNKNOWN || *route == ROUTE_NONE)
		return drop(DROP_NO_ROUTE);
	return send(skb, cfg, *route - 1, cfg->self, peer, TTL_START);
}

/* Into the bridge. Another VXLAN device is not a port of it and enters through the one that is. */
static __always_inline int deliver(struct __sk_buff *skb, struct config *cfg)
{
	count(DELIVERED);
	if (skb->ifindex == cfg->device)
		return TC_ACT_OK;
	skb->tc_index = ENTER_DELIVER;
	return bpf_redirect(cfg->device, BPF_F_INGRESS);
}

static __always_inline int relay(struct __sk_buff *skb, struct config *cfg, __u32 source, __u32 destination, __u32 ttl, __u32 previous)
{
	__u32 *route = bpf_map_lookup_elem(&weave_routes, &destination);

	if (!route || *route == ROUTE_UNKNOWN)
		return drop(DROP_UNKNOWN_PEER);
	if (*route == ROUTE_NONE)
		return drop(DROP_NO_ROUTE);
	if (*route - 1 == previous) {
		/* Either a loop, or our device's own answer to a frame that was too big for the next hop: back it goes. */
		if (!is_too_big(skb))
			return drop(DROP_LOOP);
		route = bpf_map_lookup_elem(&weave_routes, &source);
		if (!route || *route == ROUTE_UNKNOWN || *route == ROUTE_NONE || *route - 1 == previous)
			return drop(DROP_NO_ROUTE);
		count(TOO_BIG_ANSWERED);
		return send(skb, cfg, *route - 1, destination, source, TTL_START);
	}
	if (ttl <= 1)
		return drop(DROP_TTL);
	count(RELAYED);
	return send(skb, cfg, *route - 1, source, destination, ttl - 1);
}

static __always_inline int flood_on(struct __sk_buff *skb, struct config *cfg, __u32 source, __u32 ttl, __u32 previous)
{
	struct hops *hops = bpf_map_lookup_elem(&weave_hops, &source);
	__u64 copy = COPY(source, previous, ttl - 1);

	if (!hops || !hops->count)
		return deliver(skb, cfg);
	if (ttl <= 1) {
		count(DROP_TTL);
		return deliver(skb, cfg);
	}
	if (previous != hops->upstream && previous != NOBODY && hops->upstream != NOBODY) {
		count(DROP_LOOP);
		return deliver(skb, cfg);
	}
	count(FLOODED);
	if (!flood_fast(skb, hops, hops->count, copy))
		return deliver(skb, cfg);
	skb->tc_index = ENTER_DELIVER;
	if (bpf_clone_redirect(skb, cfg->device, BPF_F_INGRESS))
		count(DROP_SEND);
	else
		count(DELIVERED);
	skb->tc_index = 0;
	return flood_handover(skb, cfg, hops, copy);
}

static __always_inline int receive(struct __sk_buff *skb, struct config *cfg, struct macs *macs, __u32 source, __u32 destination, __u32 ttl, __u32 previous)
{
	__u32 *route = bpf_map_lookup_elem(&weave_routes, &source);
	struct mac *at;

	if (!route || *route == ROUTE_UNKNOWN)
		return drop(DROP_UNKNOWN_PEER);
	if (destination != cfg->self)
		return relay(skb, cfg, source, destination, ttl, previous);
	if (is_stolen(macs->source, ELSEWHERE))
		return drop(DROP_STOLEN);
	learn(macs->source, source, 0);
	if (MAC_IS_GROUP(macs->destination))
		return flood_on(skb, cfg, source, ttl, previous);
	at = bpf_map_lookup_elem(&weave_macs, &macs->destination);
	if (!at || at->peer != cfg->self)
		return flood_on(skb, cfg, source, ttl, previous);
	if (!at->port || arrives_by_bridge(skb, cfg, macs->destination))
		return deliver(skb, cfg);
	/* To the VXLAN device the frame is somebody else's. Kernels that do not scrub it here hand that on, and it is not taken. */
	if (skb->pkt_type != PACKET_HOST && bpf_skb_change_type(skb, PACKET_HOST))
		return deliver(skb, cfg);
	count(DELIVERED_DIRECT);
	return bpf_redirect_peer(at->port, 0);
}

static __always_inline int heartbeat(struct __sk_buff *skb, struct config *cfg, struct tunnel_key *key)
{
	struct event *e;

	count(RECEIVED_HEARTBEAT);
	if (VNI_DESTINATION(key->id) != cfg->self || !(e = bpf_ringbuf_reserve(&weave_events, sizeof(*e), 0)))
		return TC_ACT_SHOT;
	e->kind = EVENT_HEARTBEAT;
	e->source = VNI_SOURCE(key->id);
	e->destination = cfg->self;
	e->address = key->remote[0];
	e->length = skb->len;
	if (bpf_skb_load_bytes(skb, 0, e->head, sizeof(e->head)))
		bpf_ringbuf_discard(e, 0); /* too short to carry an identifier and its length */
	else
		bpf_ringbuf_submit(e, 0);
	return TC_ACT_SHOT;
}

static __always_inline int enter(struct __sk_buff *skb, struct config *cfg, struct macs *macs)
{
	__u32 mark = skb->mark, how = skb->tc_index;

	skb->tc_index = 0;
	if (how == ENTER_DELIVER)
		return TC_ACT_OK;
	if (!(how & ENTER_PREVIOUS) || !(mark >> 31))
		return drop(DROP_MALFORMED);
	skb->mark = 0;
	if (VNI_SOURCE(mark) == cfg->self)
		return drop(DROP_LOOP);
	return receive(skb, cfg, macs, VNI_SOURCE(mark), VNI_DESTINATION(mark), mark >> 24 & 0x7f, how & ~ENTER_PREVIOUS);
}

SEC("tc")
int weave_ingress(struct __sk_buff *skb)
{
	struct config *cfg = config();
	struct tunnel_key key = {};
	struct source *from;
	struct macs macs;

	if (!cfg)
		return TC_ACT_SHOT;
	if (read_macs(skb, &macs))
		return drop(DROP_MALFORMED);
	if (read_tunnel_key(skb, &key))
		return enter(skb, cfg, &macs);
	if (!macs.source && !macs.destination)
		return heartbeat(skb, cfg, &key);
	from = bpf_map_lookup_elem(&weave_sources, &key.remote[0]);
	if (!from)
		return drop(DROP_SOURCE);
	count(RECEIVED_FAST);
	if (VNI_SOURCE(key.id) == cfg->self) {
		/* Ours come back only as the device's answer to a frame of ours that was too big; it tells nothing of MACs. */
		if (!is_too_big(skb))
			return drop(DROP_LOOP);
		count(TOO_BIG_ANSWERED);
		return deliver(skb, cfg);
	}
	return receive(skb, cfg, &macs, VNI_SOURCE(key.id), VNI_DESTINATION(key.id), key.ttl, from->neighbour);
}

SEC("tc")
int weave_handover(struct __sk_buff *skb)
{
	struct config *cfg = config();
	struct { struct handover head; __u8 inner[ETH_HLEN]; } front;
	__u32 from, ttl;

	if (!cfg)
		return TC_ACT_SHOT;
	if (bpf_skb_load_bytes(skb, 0, &front, sizeof(front)) || front.head.mark1[0] != 0x02 || front.head.mark1[1] != 0x57
	    || front.head.mark2[0] != 0x02 || front.head.mark2[1] != 0x57)
		return drop(DROP_MALFORMED);
	from = bpf_ntohs(front.head.neighbour) & (PEERS - 1);
	ttl = front.head.ttl & 0x7f;
	count(RECEIVED_HANDOVER);
	/* The frame's own header replaces ours, and the room where it stood goes. */
	if (bpf_skb_store_bytes(skb, 0, front.inner, sizeof(front.inner), 0)
	    || bpf_skb_adjust_room(skb, -HANDOVER_SIZE, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_FIXED_GSO))
		return drop(DROP_MALFORMED);
	skb->mark = ENTER_MARK(bpf_ntohs(front.head.source) & (PEERS - 1), bpf_ntohs(front.head.destination) & (PEERS - 1), ttl);
	skb->tc_index = ENTER_PREVIOUS | from;
	return bpf_redirect(cfg->device, BPF_F_INGRESS);
}

SEC("tc")
int weave_port(struct __sk_buff *skb)
{
	struct config *cfg = config();
	struct neighbour *n;
	struct macs macs;
	struct mac *at;
	__u32 peer, *route;

	if (!cfg || read_macs(skb, &macs) || !macs.source || MAC_IS_GROUP(macs.source))
		return TC_ACT_OK;
	if (is_stolen(macs.source, skb->ifindex))
		return drop(DROP_STOLEN);
	learn(macs.source, cfg->self, skb->ifindex);
	if (MAC_IS_GROUP(macs.destination))
		return TC_ACT_OK;
	at = bpf_map_lookup_elem(&weave_macs, &macs.destination);
	if (!at || (peer = at->peer) == cfg->self) {
		/* To another container of this host, or to the host. */
		if (!at || !at->port)
			remember_flow(skb, macs.source);
		return TC_ACT_OK;
	}
	if (is_bridged(skb, cfg))
		return TC_ACT_OK;
	route = bpf_map_lookup_elem(&weave_routes, &peer);
	if (!route || *route == ROUTE_UNKNOWN || *route == ROUTE_NONE)
		return TC_ACT_OK;
	n = neighbour(*route - 1);
	if (!n || !(n->flags & NEIGHBOUR_FAST))
		return TC_ACT_OK;
	return send(skb, cfg, *route - 1, cfg->self, peer, TTL_START);
}
