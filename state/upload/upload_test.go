package upload

import (
	"testing"
	"time"

	"dubtop/state/draft"
)

var (
	noon  = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	stamp = draft.Stamp{Size: 48, ModTime: 1, Inode: 2}
)

func record(stage Stage) Record {
	r := Record{Content: draft.Content{SHA256: "ab", Field: "video"}, Size: 48, Stage: stage, Stamp: stamp}
	if stage != Hashed {
		r.URL, r.Put, r.Expires = "https://s.example/a", "https://s.example/a?sig=1", noon.Add(time.Hour)
	}
	if stage == Registered {
		r.Asset = "a1"
	}
	return r
}

// The first step after a start depends on the record on disk.
func TestAttemptBeginsWithWhatIsKnown(t *testing.T) {
	other := stamp
	other.ModTime++
	for _, c := range []struct {
		name   string
		r      Record
		stamp  draft.Stamp
		broken bool
		want   Step
	}{
		{"nothing was sent", record(Hashed), stamp, false, StepTicket},
		{"it may have arrived", record(Ticketed), stamp, false, StepFind},
		{"it did not arrive whole", record(Ticketed), stamp, true, StepPut},
		{"the file changed while it was sent", record(Ticketed), other, false, StepTicket},
		{"it has arrived", record(Sent), stamp, false, StepFind},
		{"the file changed after it was sent", record(Sent), other, false, StepFind},
		{"it is an asset", record(Registered), stamp, false, StepCheck},
		{"it was an asset before the file changed", record(Registered), other, false, StepCheck},
	} {
		if got := Begin(c.r, c.stamp, c.broken).Next(noon); got != c.want {
			t.Errorf("%s: step %d, want %d", c.name, got, c.want)
		}
	}
	late := Begin(record(Ticketed), stamp, true)
	if got := late.Next(noon.Add(2 * time.Hour)); got != StepTicket {
		t.Errorf("with an expired ticket: step %d", got)
	}
}

// walk answers the steps of an attempt in order and returns those taken.
func walk(t *testing.T, a *Attempt, answers ...func()) (steps []Step) {
	t.Helper()
	for _, answer := range answers {
		steps = append(steps, a.Next(noon))
		answer()
	}
	return steps
}

func TestRegistrationComesBeforeASecondPut(t *testing.T) {
	a := Begin(record(Ticketed), stamp, false)
	fails := func(err error) func() {
		return func() {
			if err != nil {
				t.Error(err)
			}
		}
	}
	got := walk(t, a,
		func() { a.Found("", 0) },
		func() { fails(a.Missing())() },
		func() { a.Delivered() },
		func() { a.Became("a1", 48) },
	)
	want := []Step{StepFind, StepRegister, StepPut, StepRegister}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("steps %v, want %v", got, want)
		}
	}
	if a.Next(noon) != StepDone || a.Asset != "a1" || a.Put != "" {
		t.Errorf("ends as %+v", a.Record)
	}
}

func TestOtherSizesAreNotUsed(t *testing.T) {
	a := Begin(record(Registered), stamp, false)
	a.Checked(47, false)
	if a.Stage != Hashed || a.URL != "" || a.Asset != "" {
		t.Errorf("remembered: %+v", a.Record)
	}
	a = Begin(record(Sent), stamp, false)
	a.Found("a1", 47)
	if a.Stage != Hashed {
		t.Errorf("found: %+v", a.Record)
	}
	for range 5 {
		a.Ordered("u", "p", time.Hour, noon)
		a.Delivered()
		a.Became("a1", 47)
	}
	if !a.Over() {
		t.Error("it goes on for ever")
	}
	a = Begin(record(Sent), stamp, false)
	a.Became("a1", 0) // the server does not know yet
	if a.Stage != Registered {
		t.Errorf("without a size: %+v", a.Record)
	}
}

func TestStorageThatKeepsNothingIsGivenUp(t *testing.T) {
	a := Begin(record(Hashed), stamp, false)
	a.Ordered("u", "p", 0, noon)
	for n := 1; ; n++ {
		if a.Next(noon) != StepPut {
			t.Fatalf("after %d: step %d", n, a.Next(noon))
		}
		a.Delivered()
		if a.Missing() != nil {
			if n != maxPuts {
				t.Errorf("given up after %d", n)
			}
			break
		}
	}
	a = Begin(record(Ticketed), stamp, true)
	if a.Expired() != nil || a.Next(noon) != StepTicket {
		t.Error("an old ticket is not renewed")
	}
	a.Ordered("u", "p", time.Hour, noon)
	if a.Expired() == nil {
		t.Error("a new ticket that is refused is renewed for ever")
	}
}

func TestSpeedIsThatOfTheLastSeconds(t *testing.T) {
	var m Meter
	for i := range 30 {
		m.Add(noon.Add(time.Duration(i)*time.Second), int64(min(i, 10))*100+int64(max(0, i-10))*10)
	}
	if got := m.Speed(); got < 9 || got > 11 {
		t.Errorf("%.1f bytes a second", got)
	}
	m.Add(noon.Add(31*time.Second), 0) // it begins again
	if m.Speed() != 0 {
		t.Errorf("%.1f after a new beginning", m.Speed())
	}
	p := Progress{Sent: 40, Size: 100, Speed: 10}
	if p.Left() != 6*time.Second || p.Plus(p).Left() != 6*time.Second {
		t.Errorf("%s left", p.Left())
	}
}
