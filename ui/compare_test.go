package ui_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"dubtop/api/text"
	"dubtop/state/verdict"
	"dubtop/ui"
	"dubtop/ui/review"
)

// pages stands for the server of the review page: networks don't work in
// virtual time.
type pages struct {
	config review.Config
	ctx    context.Context
	items  []review.Item
	served int
}

func (p *pages) serve(ctx context.Context, c review.Config) (ui.ReviewServer, error) {
	p.ctx, p.config, p.items = ctx, c, c.Items
	p.served++
	return p, nil
}

func (p *pages) URL() string             { return "http://127.0.0.1:4321/token/" }
func (p *pages) Port() int               { return 4321 }
func (p *pages) Set(items []review.Item) { p.items = items }

// judge gives a verdict on the page.
func (p *pages) judge(s *story, id string, v verdict.Verdict, note text.Text) {
	s.t.Helper()
	go func() {
		if err := p.config.OnVerdict(id, v, note); err != nil {
			s.t.Error(err)
		}
	}()
	s.Pass(time.Second)
}

// reviewed is the stage of takes with a review page.
func reviewed(p *pages, more ...func(*ui.Config)) stage {
	st := takes()
	st.config = func(c *ui.Config) {
		c.Review = p.serve
		for _, change := range more {
			change(c)
		}
	}
	return st
}

func TestTwoTakesAreComparedSideBySide(t *testing.T) {
	t.Parallel()
	var p pages
	tell(t, reviewed(&p), func(s *story) {
		s.Pass(2 * time.Second)
		s.on("outro")
		s.Press("b")
		s.Sees("there is no other take of this video and sound; mark jobs to compare them")
		s.on("intro_second")
		s.Press("b") // with the take before it
		s.Pass(time.Second)
		s.Sees("compare", "intro_first", "▌ intro_second", "temperature", "0.5", "0.8", "The same", "lipsync-2", "sync_mode")
		row, names := s.row("temperature"), s.row("▌ intro_second")
		if !strings.Contains(row, "0.5") || !strings.Contains(row, "0.8") {
			t.Errorf("the table says %q", row)
		}
		names = strings.Replace(names, "▌", " ", 1)
		for name, value := range map[string]string{"intro_first": "0.5", "intro_second": "0.8"} {
			if strings.Index(names, name) != strings.Index(row, value) {
				t.Errorf("%s is not above %s:\n%s\n%s", name, value, names, row)
			}
		}
		s.Press("r")
		s.Sees("why is intro_second to be made again")
		s.Type("too soft")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("retake: too soft")
		s.Press("tab", "a")
		s.Pass(time.Second)
		s.Sees("▌ intro_first", "approved", "retake: too soft")
		s.Press("esc")
		// Any two marked jobs can be compared.
		s.on("outro")
		s.Press("space")
		s.on("intro_first")
		s.Press("space", "b")
		s.Pass(time.Second)
		s.Sees("intro_first", "outro", "lipsync-2", "sync-3", "talk_12s.mp4", "outro_9s.mp4")
		if p.served != 0 {
			t.Error("a page was served that nobody asked for")
		}
	})
}

func TestReviewPageIsOpenedAndItsVerdictsArrive(t *testing.T) {
	t.Parallel()
	var p pages
	tell(t, reviewed(&p), func(s *story) {
		s.Pass(2 * time.Second)
		s.on("intro_third")
		s.Press("b")
		s.Pass(time.Second)
		s.Press("b")
		s.Pass(time.Second)
		if p.served != 1 || !slices.Equal(s.opened, []string{p.URL()}) {
			t.Fatalf("served %d, opened %q", p.served, s.opened)
		}
		s.Press("o") // the same page again
		s.Pass(time.Second)
		if p.served != 1 || len(s.opened) != 2 {
			t.Errorf("served %d, opened %q", p.served, s.opened)
		}
		if len(p.items) != 1 || p.items[0].Left.Name != "intro_second" || p.items[0].Right.Name != "intro_third" || len(p.items[0].Right.Facts) < 4 {
			t.Fatalf("the page shows %+v", p.items)
		}
		link, err := p.items[0].Right.Source.Link(t.Context(), false)
		if err != nil || !strings.Contains(link, "intro_third") && !strings.Contains(link, p.items[0].Right.ID) {
			t.Errorf("the video is at %q, %v", link, err)
		}
		p.judge(s, p.items[0].Right.ID, verdict.Retake, "lips late")
		s.Sees("intro_third: retake", "retake: lips late")
		if p.items[0].Right.Verdict != verdict.Retake || p.items[0].Right.Note != "lips late" {
			t.Errorf("the page does not show %+v", p.items[0].Right)
		}
		p.judge(s, p.items[0].Left.ID, verdict.Approved, "")
		s.Sees("intro_second: approved")
		if err := p.config.OnVerdict("another", verdict.Approved, ""); err == nil {
			t.Error("a verdict on a job that is not in the review was taken")
		}
		s.Press("a")
		s.Pass(time.Second)
		if p.items[0].Right.Verdict != verdict.Approved {
			t.Error("a verdict of the dashboard does not show on the page")
		}
		s.Press("esc")
		s.Pass(time.Second)
		if p.ctx.Err() == nil {
			t.Error("the page is still served")
		}
		s.on("intro_second")
		s.Pass(time.Second)
		s.Sees("verdict   approved")
	})
}

func TestReviewPageOverSSHShowsTheTunnel(t *testing.T) {
	t.Parallel()
	var p pages
	tell(t, reviewed(&p, func(c *ui.Config) { c.SSH = "ada@studio" }), func(s *story) {
		s.Pass(2 * time.Second)
		s.on("intro_third")
		s.Press("b", "o")
		s.Pass(time.Second)
		line := "ssh -N -L 4321:127.0.0.1:4321 ada@studio"
		s.Sees(line, p.URL(), "The page is on this machine, and you are on another.")
		if s.Clipboard() != line || len(s.opened) != 0 {
			t.Errorf("copied %q, opened %q", s.Clipboard(), s.opened)
		}
		s.Press("esc", "esc")
	})
}

func TestMarkedJobsAreReviewedOneByOne(t *testing.T) {
	t.Parallel()
	var p pages
	tell(t, reviewed(&p), func(s *story) {
		s.Pass(2 * time.Second)
		s.Press("a", "b")
		s.Pass(time.Second)
		s.Sees("review 1 of 4", "outro", "outro_9s.mp4", "a approved", "n next")
	})
}

func TestFilterIsReviewedAndARetakeBecomesTheNextTake(t *testing.T) {
	t.Parallel()
	var p pages
	tell(t, reviewed(&p), func(s *story) {
		s.Pass(2 * time.Second)
		s.Press("/")
		s.Type("verdict:none name:intro")
		s.Press("enter", "V")
		s.Sees("o review all shown")
		s.Press("o")
		s.Pass(time.Second)
		s.Sees("review 1 of 3", "intro_second", "▌ intro_third")
		s.Press("a")
		s.Pass(time.Second)
		s.Sees("review 2 of 3", "▌ intro_second")
		s.Press("n")
		s.Pass(time.Second)
		s.Sees("review 3 of 3", "intro_first")
		s.Press("p")
		s.Pass(time.Second)
		s.Press("r")
		s.Type("more smile")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("review 3 of 3")
		s.Press("p", ".")
		s.Pass(time.Second)
		s.Sees("from intro_second", "intro_second is a retake: more smile", "This will be take 4 of this video and sound.", "lipsync-2", "0.8")
		if n := len(s.posts()); n != 0 {
			t.Errorf("%d paid requests", n)
		}
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("Send this job?")
		s.Press("y")
		s.Pass(3 * time.Second)
		if n := len(s.posts()); n != 1 {
			t.Errorf("%d paid requests", n)
		}
		s.Press("esc", "esc", "g")
		s.Pass(5 * time.Second)
		s.Sees("4 of 4")
	})
}
