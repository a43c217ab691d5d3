package outbox

import (
	"errors"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
)

// signed returns a queued submission whose video link expires the given time
// after noon.
func signed(t *testing.T, id string, d time.Duration) Submission {
	t.Helper()
	s := waiting(t, id)
	s.Body = []byte(`{"model":"lipsync-2","input":[{"type":"video","url":"` + until(d) + `"}]}`)
	return s
}

func TestExpiredItemIsNotSentAndDelaysNothing(t *testing.T) {
	o := &Outbox{Sender: true}
	o.Put(signed(t, "a", 75*time.Second), false)
	o.Put(waiting(t, "b"), false)
	o.Put(signed(t, "c", 75*time.Second), true)
	before := o.Clock()
	if news := o.Expire(noon.Add(74 * time.Second)); news != nil || o.Clock() != before {
		t.Errorf("too early: %v", news)
	}
	if news := o.Expire(noon.Add(75 * time.Second)); len(news) != 2 || o.Clock() == before {
		t.Errorf("news: %v", news)
	}
	want(t, "rows", o.words(), "a expired", "b waiting", "c expired")
	if r := o.Rows()[0]; r.Reason != "the signed link of the video has expired; make a new one" {
		t.Errorf("because %q", r.Reason)
	}
	if o.Queue.Sendable() != 1 {
		t.Errorf("%d would leave", o.Queue.Sendable())
	}
	_, got := o.due(noon.Add(80*time.Second), 0, 5)
	want(t, "leaves", got, "send b")
	if news := o.Expire(noon.Add(80 * time.Second)); news != nil {
		t.Errorf("told twice: %v", news)
	}
	// No price is requested for an item that can't be sent.
	o = &Outbox{Sender: true}
	o.Put(signed(t, "a", 75*time.Second), false)
	o.Expire(noon.Add(10 * time.Minute))
	if _, got := o.due(noon.Add(10*time.Minute), 0, 5); got != nil {
		t.Errorf("%v", got)
	}
	// The clock turns out to be ten minutes fast.
	o.Reconciler.Skew = -10 * time.Minute
	o.Expire(noon.Add(10 * time.Minute))
	_, got = o.due(noon.Add(time.Minute), 0, 5)
	want(t, "comes back", got, "send a")
}

func TestBatchWithAnExpiredLinkIsNotSent(t *testing.T) {
	o := &Outbox{Sender: true}
	sub := signed(t, "a", time.Minute)
	sub.Kind = SubmitBatch
	sub.Body = []byte(`{"payload":{"input":[{"type":"video","url":"` + until(time.Minute) + `"}]}}`)
	_, err := o.Leave(sub, noon.Add(2*time.Minute))
	if _, ok := errors.AsType[*draft.ExpiredError](err); !ok {
		t.Errorf("left: %v", err)
	}
	o.Reconciler.Skew = -90 * time.Second
	if _, err := o.Leave(sub, noon.Add(2*time.Minute)); err != nil {
		t.Errorf("by the server's clock it is in time: %v", err)
	}
}

// If its outcome is unknown, its job is searched for, and the user can't resend
// it either.
func TestExpiredLinkPreventsAResend(t *testing.T) {
	o := &Outbox{Sender: true}
	o.Put(signed(t, "a", 5*time.Second), false)
	tasks, _ := o.due(noon, 0, 1)
	o.answer(t, tasks[0], api.Unknown, errors.New("lost"), noon.Add(time.Second))
	o.Reconciler.Proven = true
	for at := 5 * time.Second; at < 3*time.Minute; at += time.Second {
		tasks, _ := o.due(noon.Add(at), 0, 1)
		for _, task := range tasks {
			switch task.Kind {
			case TaskResend:
				t.Fatalf("sent again after %s", at)
			case TaskLook:
				o.Apply(TaskResult{Task: task}, noon.Add(at))
			case TaskProve:
				o.Apply(TaskResult{Task: task, Honours: true}, noon.Add(at))
			}
		}
	}
	if _, asks := o.Reconciler.Question("a", noon.Add(3*time.Minute)); !asks {
		t.Error("the user is not asked")
	}
	_, err := o.Choose("a", ChoiceResend, "", noon.Add(3*time.Minute))
	if _, ok := errors.AsType[*draft.ExpiredError](err); !ok {
		t.Errorf("sent by choice: %v", err)
	}
}

func TestRequestExpiresWithItsFirstLink(t *testing.T) {
	line := func(video, audio string) string {
		return `{"payload":{"input":[{"type":"video","url":"` + video + `"},{"type":"audio","url":"` + audio + `"}]}}`
	}
	plain := "https://cdn.example.com/a.wav"
	batch := Submission{Kind: SubmitBatch, Body: []byte(strings.Join([]string{
		line(plain, plain), line(until(30*time.Hour), plain), line(plain, until(5*time.Hour)),
	}, "\n"))}
	job := Submission{Kind: SubmitGeneration, Body: []byte(`{"input":[{"type":"video","url":"` + until(90*time.Second) + `"}]}`)}
	for _, c := range []struct {
		sub   Submission
		at    time.Duration // after noon
		short string
		err   string
	}{
		{job, 0, "the signed link of the video expires in 1 min; the job may start later and fetches it then", ""},
		{job, -time.Hour, "", ""},
		{job, 90 * time.Second, "the signed link of the video has expired", "the signed link of the video has expired; make a new one"},
		{batch, 0, "line 3: the signed link of the audio expires in 5 h; a batch may take a day to fetch it", ""},
		{batch, -19 * time.Hour, "", ""},
		{batch, 6 * time.Hour, "line 3: the signed link of the audio has expired", "line 3: the signed link of the audio has expired; make a new one"},
		{Submission{Body: []byte(`{"input":[{"url":"` + plain + `?v=2"}]}`)}, 0, "", ""},
		{Submission{Body: []byte(`no = JSON`)}, 0, "", ""},
	} {
		if got := c.sub.LinkEnd().Short(noon.Add(c.at)); !strings.HasPrefix(got, c.short) || (got == "") != (c.short == "") {
			t.Errorf("%s after noon: warns %q, want %q", c.at, got, c.short)
		}
		got := ""
		if err := c.sub.Expired(noon.Add(c.at)); err != nil {
			got = err.Error()
		}
		if got != c.err {
			t.Errorf("%s after noon: %q, want %q", c.at, got, c.err)
		}
	}
}
