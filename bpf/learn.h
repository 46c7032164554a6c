/* SPDX-License-Identifier: GPL-2.0 */
/* Which peer a MAC address is at. */
#ifndef WEAVE_LEARN_H
#define WEAVE_LEARN_H

#include "frame.h"
#include "maps.h"

#define REFRESH_JIFFIES 250	/* a second, more or less: the table is written that often at most */

static __always_inline void tell_mac(__u32 kind, __u64 mac, __u32 from, __u32 to)
{
	struct event *e = bpf_ringbuf_reserve(&weave_events, sizeof(*e), 0);

	if (!e)
		return; /* nobody reads; the table itself has it */
	__builtin_memset(e, 0, sizeof(*e));
	e->kind = kind;
	e->source = from;
	e->destination = to;
	__builtin_memcpy(e->head, &mac, sizeof(mac));
	bpf_ringbuf_submit(e, 0);
}

/*
 * A frame of our own bridge that came in by another port than the one that is known: a container that is new there with an
 * address of before. Straight into the old port its frames would go nowhere; the bridge knows the way until the new port
 * has its program. Frames of the host itself come from no port.
 */
static __always_inline void forget_port(__u64 mac, __u32 self, __u32 from)
{
	struct mac *known = bpf_map_lookup_elem(&weave_macs, &mac);

	if (known && from && known->peer == self && known->port && known->port != from)
		known->port = 0;
}

#define ELSEWHERE (~0U)	/* no port of this host */

/*
 * Whoever sends with an address of this host or of a live container, and is not that, is not believed: learning it would
 * turn the owner's frames to him, and the bridge would learn it after us.
 */
static __always_inline int is_stolen(__u64 mac, __u32 port)
{
	__u32 *owner = bpf_map_lookup_elem(&weave_owners, &mac);

	return owner && *owner != port;
}

static __always_inline void learn(__u64 mac, __u32 peer, __u32 port)
{
	struct mac *known = bpf_map_lookup_elem(&weave_macs, &mac);
	__u32 now = bpf_jiffies64();

	if (known) {
		if (known->peer != peer || (port && known->port != port)) {
			tell_mac(EVENT_MAC_MOVED, mac, known->peer, peer);
			known->moves++;
			known->port = port;
			known->peer = peer;
		} else if (now - known->stamp < REFRESH_JIFFIES) {
			return;
		}
		known->stamp = now;
		known->seen = bpf_ktime_get_ns();
		return;
	}
	if (MAC_IS_GROUP(mac) || !mac)
		return;

	struct mac fresh = { .seen = bpf_ktime_get_ns(), .stamp = now, .port = port, .peer = peer };

	bpf_map_update_elem(&weave_macs, &mac, &fresh, BPF_NOEXIST);
	tell_mac(EVENT_MAC_NEW, mac, NOBODY, peer);
}

#endif
