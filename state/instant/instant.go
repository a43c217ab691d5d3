// Package instant makes points in time plain values: without a monotonic
// reading, in UTC, so that equal instants compare equal and sort. It never asks
// a clock.
package instant

import "time"

// Of drops the monotonic reading, which stands still while a laptop sleeps,
// and the location. The zero Time stays zero.
func Of(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.Round(0).UTC()
}

// Rank orders instants of any year; the zero Time is the oldest.
func Rank(t time.Time) int64 {
	if t.IsZero() {
		return -1 << 63
	}
	return t.UnixMicro()
}

// Later is the later of two instants; the zero Time is before every other.
func Later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Earlier is the earlier of two instants; the zero Time counts as none.
func Earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
