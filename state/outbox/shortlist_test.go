package outbox

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dubtop/state/draft"
)

// Whatever happens to the queue, the shortlist is what going through all items
// would find.
func TestShortlistIsCurrent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := new(Queue)
		id := func() string { return fmt.Sprintf("s%d", rapid.IntRange(0, 5).Draw(t, "item")) }
		now := noon
		for range rapid.IntRange(1, 40).Draw(t, "changes") {
			switch rapid.IntRange(0, 6).Draw(t, "change") {
			case 0:
				s := waiting(t, id())
				s.Body = []byte(`{"input":[{"type":"video","url":"` + until(time.Duration(rapid.IntRange(1, 40).Draw(t, "link"))*time.Minute) + `"}]}`)
				s.Files = []draft.File{{SHA256: id(), Field: "video", Asset: rapid.SampledFrom([]string{"", "asset"}).Draw(t, "asset")}}
				q.Put(s, rapid.Bool().Draw(t, "paused"))
			case 1:
				q.Remove(id())
			case 2:
				q.PauseItem(id(), rapid.Bool().Draw(t, "paused"))
			case 3:
				q.Move(rapid.IntRange(-2, 2).Draw(t, "by"), id())
			case 4:
				q.Order([]string{id(), id(), id()})
			case 5:
				now = now.Add(time.Duration(rapid.IntRange(-10, 20).Draw(t, "minutes")) * time.Minute)
				q.Expire(now)
			case 6:
				q.Next(now, Room{Slots: 9})
			}
			got := *q.shortlist()
			q.few = shortlist{old: true}
			if want := *q.shortlist(); !reflect.DeepEqual(got, want) && len(got.known)+len(want.known)+len(got.linked)+len(want.linked) > 0 {
				t.Fatalf("the shortlist is %v, want %v", got, want)
			}
			q.few = got
		}
	})
}
