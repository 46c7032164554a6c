/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which frames for a container may not skip the bridge. What a container sends to the host itself, as to its gateway,
 * the host may translate: the answer then comes from somebody else than was asked, straight from another host, and
 * only the connection tracking behind the bridge can make it fit. So we remember the container's end of such flows.
 */
#ifndef WEAVE_FLOW_H
#define WEAVE_FLOW_H

#include "frame.h"
#include "maps.h"

#define FLOW_SOURCE 0
#define FLOW_DESTINATION 2
#define FLOW_NONE (-1)		/* no IP: nothing that a host translates */
#define FLOW_UNNAMED (-2)	/* a fragment, or an error about another packet: its flow cannot be told here */

#define IPPROTO_ICMP_4 1
#define IPPROTO_ICMP_6 58

static __always_inline int has_ports(__u8 protocol)
{
	return protocol == 6 || protocol == 17 || protocol == 33 || protocol == 132 || protocol == 136; /* TCP UDP DCCP SCTP UDP-Lite */
}

/* Questions and answers of ICMP have an identifier where others have ports; the rest are errors. */
static __always_inline int icmp_flow(struct __sk_buff *skb, __u32 at, __u8 protocol)
{
	__u8 icmp[6];

	if (bpf_skb_load_bytes(skb, at, icmp, sizeof(icmp)))
		return FLOW_UNNAMED;
	if (protocol == IPPROTO_ICMP_6) {
		if (icmp[0] >= 130)
			return FLOW_NONE; /* neighbours, not flows */
		return icmp[0] < 128 ? FLOW_UNNAMED : icmp[4] << 8 | icmp[5];
	}
	return icmp[0] == 0 || icmp[0] == 8 || icmp[0] == 13 || icmp[0] == 14 ? icmp[4] << 8 | icmp[5] : FLOW_UNNAMED;
}

/* The port at one end of the flow, 0 where the protocol has none. */
static __always_inline int flow_port(struct __sk_buff *skb, __u32 end)
{
	__u32 at;
	__u8 ip[10], port[2];
	__be16 proto;

	if (bpf_skb_load_bytes(skb, 12, &proto, sizeof(proto)) || bpf_skb_load_bytes(skb, 14, ip, sizeof(ip)))
		return FLOW_NONE;
	if (proto == bpf_htons(ETH_P_IP)) {
		if (ip[6] & 0x3f || ip[7])
			return FLOW_UNNAMED; /* the first one too: all of them must take the same way */
		at = 14 + (ip[0] & 15) * 4;
	} else if (proto == bpf_htons(ETH_P_IPV6)) {
		ip[9] = ip[6];
		if (ip[9] == 0 || ip[9] == 43 || ip[9] == 44 || ip[9] == 51 || ip[9] == 60)
			return FLOW_UNNAMED; /* behind further headers */
		at = 14 + 40;
	} else {
		return FLOW_NONE;
	}
	if (ip[9] == IPPROTO_ICMP_4 || ip[9] == IPPROTO_ICMP_6)
		return icmp_flow(skb, at, ip[9]);
	if (!has_ports(ip[9]))
		return 0;
	return bpf_skb_load_bytes(skb, at + end, port, sizeof(port)) ? FLOW_UNNAMED : port[0] << 8 | port[1];
}

static __always_inline void remember_flow(struct __sk_buff *skb, __u64 container)
{
	int port = flow_port(skb, FLOW_SOURCE);
	__u64 key = container << 16 | (__u16)port;
	__u32 one = 1;

	if (port >= 0 && !bpf_map_lookup_elem(&weave_flows, &key))
		bpf_map_update_elem(&weave_flows, &key, &one, BPF_ANY);
}

/* The administrator has rules for frames of this kind that only the bridge asks. */
static __always_inline int is_bridged(struct __sk_buff *skb, struct config *cfg)
{
	__be16 proto;

	if (!(cfg->flags & (CONFIG_BRIDGED | CONFIG_BRIDGED_IPV6)))
		return 0;
	return cfg->flags & CONFIG_BRIDGED || (!bpf_skb_load_bytes(skb, 12, &proto, sizeof(proto)) && proto == bpf_htons(ETH_P_IPV6));
}

static __always_inline int arrives_by_bridge(struct __sk_buff *skb, struct config *cfg, __u64 container)
{
	int port;
	__u64 key;

	if (is_bridged(skb, cfg))
		return 1;
	port = flow_port(skb, FLOW_DESTINATION);
	key = container << 16 | (__u16)port;
	return port == FLOW_UNNAMED || (port >= 0 && bpf_map_lookup_elem(&weave_flows, &key));
}

#endif
