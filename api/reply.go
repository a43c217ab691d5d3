package api

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// RetryAfter returns the longest wait in the Retry-After headers, since proxies
// may have added some.
func RetryAfter(h http.Header) (longest time.Duration) {
	for _, v := range h.Values("Retry-After") {
		longest = max(longest, waitUntil(v, h))
		for part := range strings.SplitSeq(v, ",") { // several headers may have been joined
			longest = max(longest, waitUntil(strings.TrimSpace(part), h))
		}
	}
	return longest
}

// waitUntil parses a number of seconds, or a date by the server's clock.
func waitUntil(v string, h http.Header) time.Duration {
	if f, ok := looseNumber([]byte(v)); ok && f > 0 {
		return time.Duration(min(f, maxSeconds) * float64(time.Second))
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	return max(at.Sub(now), 0)
}

func redirectHost(res *http.Response) string {
	u, err := url.Parse(res.Header.Get("Location"))
	if err != nil || u.Host == "" {
		return "nowhere"
	}
	return u.Host
}
