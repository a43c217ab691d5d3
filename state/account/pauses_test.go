package account

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestBackgroundWorkWaitsForAPauseBetweenKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := New(Config{Client: silentClient(t)}, time.Now())
		waits := func() time.Duration {
			began := time.Now()
			a.pauses.wait(10 * time.Millisecond)
			return time.Since(began)
		}
		if got := waits(); got != 10*time.Millisecond {
			t.Errorf("without a key it waits %v", got)
		}

		a.Pressed(time.Now())
		if got := waits(); got != pauseOf {
			t.Errorf("after a key it waits %v", got)
		}

		held := make(chan struct{})
		go func() {
			for {
				select {
				case <-held:
					return
				case <-time.After(30 * time.Millisecond):
					a.Pressed(time.Now())
				}
			}
		}()
		synctest.Wait()
		time.Sleep(50 * time.Millisecond)
		if got := waits(); got != 10*time.Millisecond+longestWait {
			t.Errorf("while a key is held down it waits %v", got)
		}
		close(held)
	})
}
