package state

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"dubtop/api"
)

func TestSignedLinks(t *testing.T) {
	at := func(format string, d time.Duration) string { return noon.Add(d).UTC().Format(format) }
	epoch := func(d time.Duration) string { return fmt.Sprint(noon.Add(d).Unix()) }
	webToken := func(d time.Duration) string {
		claims := base64.RawURLEncoding.EncodeToString([]byte(`{"url":"films/a.mp4","iat":1,"exp":` + epoch(d) + `}`))
		return "eyJhbGciOiJIUzI1NiJ9." + claims + ".c2ln"
	}
	const signed = "20060102T150405Z"
	policy := "eyJTdGF0ZW1lbnQiOlt7IkNvbmRpdGlvbiI6eyJEYXRlTGVzc1RoYW4iOnsiQVdTOkVwb2NoVGltZSI6MTc5NTUyMjMyMH19fV19"
	for _, c := range []struct {
		link string // after the name of the host
		want string // a part of the words, "" for none
	}{
		{"a.mp4?X-Amz-Date=" + at(signed, -time.Hour) + "&X-Amz-Expires=4320&X-Amz-Signature=ab", "expires in 12 min"},
		{"a.mp4?X-Amz-Date=" + at(signed, -time.Hour) + "&X-Amz-Expires=3600", "has expired"},
		{"a.mp4?X-Amz-Date=" + at(signed, 0) + "&X-Amz-Expires=86400", ""},
		{"a.mp4?X-Amz-Date=yesterday&X-Amz-Expires=60", ""},
		{"a.mp4?x-goog-date=" + at(signed, 0) + "&x-goog-expires=59", "less than a minute"},
		{"a.mp4?x-oss-date=" + at(signed, -time.Hour) + "&x-oss-expires=60", "has expired"},
		{"a.mp4?AWSAccessKeyId=k&Signature=s&Expires=" + epoch(-time.Second), "has expired"},
		{"a.mp4?GoogleAccessId=g&Expires=" + epoch(5*time.Minute) + "&Signature=s", "expires in 5 min"},
		{"a.mp4?se=" + at("2006-01-02T15:04:05Z", 30*time.Minute) + "&sig=x", "expires in 30 min"},
		{"a.mp4?se=" + at("2006-01-02T15:04Z", -time.Minute) + "&sig=x", "has expired"},
		{"a.mp4?se=sweden", ""},
		{"a.mp4?Expires=1795521600", "has expired"},
		{"a.mp4?Expires=1795522320&Signature=x", "expires in 12 min"},
		{"a.mp4?Expires=3600", ""},
		{"a.mp4?exp=" + epoch(10*time.Minute), "expires in 10 min"},
		{"a.mp4?exp=" + epoch(-10*time.Minute) + "000", "has expired"}, // milliseconds
		{"a.mp4?expires=" + at("2006-01-02T15:04:05Z", time.Minute), "expires in 1 min"},
		{"a.mp4?exp=4", ""},
		{"a.mp4?Policy=" + policy, "expires in 12 min"},
		{"a.mp4?Policy=eyJ9", ""},
		{"a.mp4?q-sign-time=1%3B" + epoch(-time.Hour), "has expired"},
		{"a.mp4?ex=6b057f10&hm=ab", "expires in 12 min"},
		{"a.mp4?oe=6b057f10&oh=ab", "expires in 12 min"},
		{"a.mp4?ex=cited", ""},
		{"a.mp4?hdnts=st=1~exp=" + epoch(-time.Minute) + "~acl=/*~hmac=ab", "has expired"},
		{"exp=" + epoch(-time.Minute) + "~acl=%2f*~hmac=ab/a.mp4", "has expired"},
		{"bcdn_token=ab&expires=" + epoch(20*time.Minute) + "&token_path=%2Ff%2F/f/a.mp4", "expires in 20 min"},
		{"a.mp4?token=" + webToken(-time.Minute), "has expired"},
		{"a.mp4?token=" + webToken(59*time.Minute), "expires in 59 min"},
		{"a.mp4?token=" + webToken(time.Hour), ""},
		{"a.mp4?token=eyJ.e30.x", ""},
		{"a.mp4?v=2", ""},
	} {
		d := good()
		d.Visual = "https://cdn.example.com/" + c.link
		p := d.Check(FieldVisual, desk())
		if (c.want == "") != p.None() || !strings.Contains(p.Words, c.want) {
			t.Errorf("%s: %+v, want %q", c.link, p, c.want)
		}
		if strings.Contains(c.want, "expired") != p.Blocks() {
			t.Errorf("%s: blocks = %t", c.link, p.Blocks())
		}
	}
}

// until is a link that ends so long after noon.
func until(d time.Duration) string {
	return "https://cdn.example.com/a.mp4?Expires=" + fmt.Sprint(noon.Add(d).Unix()) + "&Signature=x"
}

// A clock that is wrong must not make a link end, nor keep it alive.
func TestLinksEndByTheServersClock(t *testing.T) {
	d, env := good(), desk()
	d.Visual = until(2 * time.Hour)
	for skew, want := range map[time.Duration]Severity{
		0: SeverityNone, -3 * time.Hour: SeverityNone, 90 * time.Minute: SeverityWarning, 3 * time.Hour: SeverityError,
	} {
		env.Skew = skew
		if p := d.Check(FieldVisual, env); p.Severity != want {
			t.Errorf("with the server %s ahead: %+v", skew, p)
		}
	}
}

func TestARequestEndsWithTheFirstOfItsLinks(t *testing.T) {
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
		{job, 0, "the signed link of the video expires in 1 min; the job may start later, and fetches it then", ""},
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

// signed is a submission in line whose video's link ends so long after noon.
func signed(t *testing.T, id string, d time.Duration) Submission {
	t.Helper()
	s := waiting(t, id)
	s.Body = []byte(`{"model":"lipsync-2","input":[{"type":"video","url":"` + until(d) + `"}]}`)
	return s
}

func TestWhatRanOutInTheQueueIsNotSentAndHoldsNobodyUp(t *testing.T) {
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
	// No price is asked for of what can't be sent.
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

func TestABatchWithALinkThatEndedDoesNotLeave(t *testing.T) {
	o := &Outbox{Sender: true}
	sub := signed(t, "a", time.Minute)
	sub.Kind = SubmitBatch
	sub.Body = []byte(`{"payload":{"input":[{"type":"video","url":"` + until(time.Minute) + `"}]}}`)
	_, err := o.Leave(sub, noon.Add(2*time.Minute))
	if _, ok := errors.AsType[*ExpiredError](err); !ok {
		t.Errorf("left: %v", err)
	}
	o.Reconciler.Skew = -90 * time.Second
	if _, err := o.Leave(sub, noon.Add(2*time.Minute)); err != nil {
		t.Errorf("by the server's clock it is in time: %v", err)
	}
}

// In doubt it is looked for instead, and the user can't send it again either.
func TestWhatHasALinkThatEndedIsNotSentOnceMore(t *testing.T) {
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
				o.Landed(Done{Task: task}, noon.Add(at))
			case TaskProve:
				o.Landed(Done{Task: task, Honours: true}, noon.Add(at))
			}
		}
	}
	if _, asks := o.Reconciler.Question("a", noon.Add(3*time.Minute)); !asks {
		t.Error("the user is not asked")
	}
	_, err := o.Choose("a", ChoiceResend, "", noon.Add(3*time.Minute))
	if _, ok := errors.AsType[*ExpiredError](err); !ok {
		t.Errorf("sent by choice: %v", err)
	}
}
