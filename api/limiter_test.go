package api

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestNoMinuteExceedsTheLimit sends as many requests as possible for an hour.
func TestNoMinuteExceedsTheLimit(t *testing.T) {
	for k, limit := range map[class]int{generating: usualCreates, other: 540} {
		synctest.Test(t, func(t *testing.T) {
			l := newLimiter(k)
			var sent []time.Time
			for end := time.Now().Add(time.Hour); time.Now().Before(end); {
				if err := l.wait(t.Context()); err != nil {
					t.Fatal(err)
				}
				sent = append(sent, time.Now())
			}
			first := 0
			for i, at := range sent {
				for at.Sub(sent[first]) > time.Minute {
					first++
				}
				if n := i - first + 1; n > limit {
					t.Fatalf("%d requests within a minute, limit %d", n, limit)
				}
			}
			if want := limit * 50; len(sent) < want*8/10 {
				t.Errorf("only %d requests in an hour", len(sent))
			}
		})
	}
}

func TestBackgroundLeavesAReserve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(other)
		ctx, cancel := context.WithCancel(Background(t.Context()))
		done := make(chan int)
		go func() {
			n := 0
			for l.wait(ctx) == nil {
				n++
			}
			done <- n
		}()
		time.Sleep(30 * time.Second)
		began := time.Now()
		for range 12 {
			if err := l.wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("the user waited %s behind background work", took)
		}
		cancel()
		if n := <-done; n < 200 {
			t.Errorf("only %d background requests in 30 s", n)
		}
	})
}

func TestUsageCountsTheLastMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := newFake(t, says(200, "[]"))
		for range 3 {
			if _, err := c.Models(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(20 * time.Second)
		}
		_, _ = c.CreateGeneration(t.Context(), Paid{IdempotencyKey: "k", Body: []byte("{}")})
		want := Usage{Generate: 1, GenerateLimit: 60, Other: 2, OtherLimit: 600}
		if got := c.Usage(); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	})
}

func TestRateLimitStopsItsClass(t *testing.T) {
	for name, c := range map[string]struct {
		header, value, body string
		low, high           time.Duration
	}{
		"seconds":              {"Retry-After", "20", `{}`, 20 * time.Second, 20 * time.Second},
		"body":                 {"", "", `{"message":"x","retryAfterSeconds":7}`, 7 * time.Second, 7 * time.Second},
		"nothing said":         {"", "", `{"message":"x"}`, time.Second, 2 * time.Second},
		"absurdly long":        {"Retry-After", "86400", `{}`, 5 * time.Minute, 5 * time.Minute},
		"absurdly short":       {"Retry-After", "0.001", `{}`, 500 * time.Millisecond, 500 * time.Millisecond},
		"nonsense":             {"Retry-After", "soon", `{}`, time.Second, 2 * time.Second},
		"several":              {"Retry-After", "5|30|1", `{}`, 30 * time.Second, 30 * time.Second},
		"several in one":       {"Retry-After", "5, 30, 1", `{}`, 30 * time.Second, 30 * time.Second},
		"a date and seconds":   {"Retry-After", "7|Mon, 01 Jun 2026 00:00:30 GMT|soon", `{}`, 30 * time.Second, 30 * time.Second},
		"header and body":      {"Retry-After", "20", `{"message":"x","retryAfterSeconds":7}`, 20 * time.Second, 20 * time.Second},
		"beyond all measure":   {"Retry-After", "99999999999", `{}`, 5 * time.Minute, 5 * time.Minute},
		"a date, by its clock": {"Retry-After", "Mon, 01 Jun 2026 00:00:30 GMT", `{}`, 30 * time.Second, 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				limited := true
				client, _ := newFake(t, func(w http.ResponseWriter, _ *http.Request) {
					if !limited {
						_, _ = io.WriteString(w, "[]")
						return
					}
					w.Header().Set("Date", "Mon, 01 Jun 2026 00:00:00 GMT")
					for value := range strings.SplitSeq(c.value, "|") {
						w.Header().Add(cmp.Or(c.header, "X-None"), value)
					}
					w.WriteHeader(429)
					_, _ = io.WriteString(w, c.body)
				})
				_, err := client.Models(t.Context())
				wantKind(t, err, KindRateLimited)
				var e *Error
				if errors.As(err, &e); e.RetryAfter < c.low || e.RetryAfter > c.high {
					t.Errorf("told to wait %s", e.RetryAfter)
				}
				limited = false
				began := time.Now()
				if u := client.Usage(); !u.OtherHeld.Equal(began.Add(e.RetryAfter)) || !u.GenerateHeld.IsZero() {
					t.Errorf("%+v", u)
				}
				if _, err := client.Models(t.Context()); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(began); took != e.RetryAfter {
					t.Errorf("waited %s, not %s", took, e.RetryAfter)
				}
			})
		})
	}
}

func TestHoldsGrowAndEnd(t *testing.T) {
	l := newLimiter(other)
	now := time.Now()
	for n := range 10 {
		d, most := l.hold(0, now), min(time.Second<<(n+1), time.Minute)
		if d < most/2 || d > most {
			t.Errorf("hold %d lasts %s", n, d)
		}
	}
	l.passed()
	if d := l.hold(0, now); d > 2*time.Second {
		t.Errorf("after a success a hold lasts %s", d)
	}
}

func TestFullSlotsStopNothing(t *testing.T) {
	c, _ := newFake(t, says(429, `{"errorCode":"concurrency_limit_reached","activeGenerations":3,"concurrencyLimit":3,"retryAfterSeconds":30}`))
	_, err := c.CreateGeneration(t.Context(), Paid{IdempotencyKey: "k", Body: []byte("{}")})
	wantKind(t, err, KindConcurrency)
	var e *Error
	if errors.As(err, &e); e.Active != 3 || e.Slots != 3 || OutcomeOf(err) != Limited {
		t.Errorf("%+v", e)
	}
	if !c.Usage().GenerateHeld.IsZero() {
		t.Error("the class is held")
	}
}

func TestWaitsEndWithTheirContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(generating)
		l.hold(time.Minute, time.Now())
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		if err := l.wait(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
	})
}

// TestCreatesUseTheWholeQuota sends as fast as the limiter allows for ten minutes:
// no span holds more than the quota, no burst is larger than ten, and hardly
// anything of the published limit is left unused.
func TestCreatesUseTheWholeQuota(t *testing.T) {
	l, start := newLimiter(generating), time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	var sent []time.Time
	for now := start; now.Before(start.Add(10 * time.Minute)); {
		if d := l.take(now, false); d > 0 {
			now = now.Add(d)
			continue
		}
		sent = append(sent, now)
	}
	if n := len(sent) / 10; n < 54 {
		t.Errorf("%d a minute", n)
	}
	for i, at := range sent {
		if i >= generateLimit && at.Sub(sent[i-generateLimit]) < time.Minute {
			t.Fatalf("more than %d in the minute before %v", generateLimit, at.Sub(start))
		}
		if i >= usualCreates && at.Sub(sent[i-usualCreates]) < span {
			t.Fatalf("more than %d in the span before %v", usualCreates, at.Sub(start))
		}
		if i >= 10 && at.Sub(sent[i-10]) < 500*time.Millisecond {
			t.Fatalf("more than ten at once, %v after the start", at.Sub(start))
		}
	}
}

// TestRefusalLowersTheQuotaForAWhile expects fewer paid requests after a 429,
// and one more in each minute without another.
func TestRefusalLowersTheQuotaForAWhile(t *testing.T) {
	l, now := newLimiter(generating), time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	l.hold(time.Second, now)
	minute := func() (n int) {
		for end := now.Add(span); now.Before(end); {
			if d := l.take(now, false); d > 0 {
				now = now.Add(d)
				continue
			}
			n++
		}
		return n
	}
	if n := minute(); n > shyCreates {
		t.Errorf("%d in the minute after the refusal", n)
	}
	for range 12 {
		minute()
	}
	if n := minute(); n < 54 || l.quota != usualCreates {
		t.Errorf("%d a minute later on, with a quota of %d", n, l.quota)
	}
}
