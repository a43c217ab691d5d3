package ui

import (
	"errors"
	"flag"
	"math/rand/v2"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
	"dubtop/ui/uitest"
)

var liesFlag = flag.Int("lies", 400, "how many hostile texts are told in the dialogs of money")

// moneyDialogs opens the dialogs about money, with the same words in every
// place that others can write to.
func moneyDialogs(a *App, words string) []func() {
	says, link := text.Of(words), "https://media.example/"+url.PathEscape(words)
	price := outbox.Price{Cost: new(api.Micros(1_250_000)), Seconds: 25, Frames: 625, Basis: words, At: a.Now}
	media, _ := draft.ParseMedia(link, "")
	sub := outbox.Submission{ID: "s", Kind: outbox.SubmitGeneration, Model: words, Name: says, Price: price, Draft: draft.Draft{Unknown: words}}
	job := state.Generation{ID: "j", Name: says, Model: words}
	in := inputs.Input{Kind: "video", Name: media.Base(), Basis: words, Finding: draft.Finding{Seconds: 25, Warn: string(errorText(errors.New(words)))}}
	batch := sub
	batch.Kind, batch.BatchLines = outbox.SubmitBatch, 24
	one := &spending{submission: sub, inputs: []inputs.Input{in}, form: &generationForm{origin: &origin{job: job}}}
	all := &spending{submission: batch, inputs: []inputs.Input{in}, warnings: []text.Text{says}}
	g := &group{jobs: []groupJob{
		{source: source{job: job}, sub: &sub, warn: []string{words}}, {source: source{job: job}, sub: &sub}, {source: source{job: job}, left: says},
	}}
	g.app, g.Pager = a.composer, kit.Pager{Stage: a.Stage, Heading: "run again", Content: g.lines}
	d := &unknown{app: a.composer, id: "s"}
	d.Stage = a.Stage
	soft := ledger.Guard{ConfirmAbove: &ledger.Limit{Amount: 1}, Daily: &ledger.Limit{Amount: 2}}
	lost := sub
	lost.State, lost.GenerationID = outbox.SubmissionSent, api.ID(words)
	*a.outbox.Outbox = outbox.Outbox{}
	a.outbox.Begin("s")
	a.outbox.Apply(outbox.TaskResult{Task: outbox.Task{Kind: outbox.TaskSend, Submission: lost}, Unrecorded: errors.New(words)}, a.Now)
	a.draft.OutputFileName = words
	rerun := a.generationForm(draft.Draft{OutputFileName: words, UpdatedAt: a.Now})
	rerun.aside = true
	return []func(){
		func() { a.confirmSpending(one) },
		func() { a.confirmSpending(all) },
		func() { g.goOn() },
		func() { d.choose(outbox.ChoiceLink, api.ID(says), "Is this the job?", "yes, this is it", "not sure") },
		func() { a.offerJoin(&journal.OldProfile{Profile: words, Jobs: 3}) },
		func() { a.askToOpen(linksMsg{links: []string{link, link}}) },
		func() { a.cfg.Guard = soft; a.confirmSpending(one); a.cfg.Guard = ledger.Guard{} },
		func() { a.askToLeave("An answer is not saved yet", a.unsavedWords(quitting()), "quit now", nil, nil) },
		func() { rerun.leave() },
	}
}

var (
	labelled = regexp.MustCompile(`^(model {5}|video {5}|frames {4}|length {4}|based on {2}|valid {5}|today {5}|but {7}|job {7}|before {4}|` +
		`compared {2}|models {4}|left out {2}|then {6}|id {8}|profile {3}|known {5}|yes {7}|no {8}|` +
		`budget {4}|is {8}|because {3}|this {6}|earlier {3})\S`)
	barred = regexp.MustCompile(`^ {8}[│|] \S`)
)

// claimed returns the lines of a dialog that look like the program's own, and
// the labels of the others.
func claimed(view paint.Styled) (own []string) {
	for line := range strings.SplitSeq(ansi.Strip(string(view)), "\n") {
		if strings.HasPrefix(line, "╭") || strings.HasPrefix(line, "╰") {
			continue
		}
		line = strings.TrimSuffix(strings.TrimPrefix(line, "│ "), " │")
		line = strings.TrimRight(line, " ")
		if label := labelled.FindStringSubmatch(line); label != nil {
			line = label[1]
		}
		if line != "" && !barred.MatchString(line) {
			own = append(own, line)
		}
	}
	return own
}

// liar opens dialogs with hostile texts in a dashboard of its own.
type liar struct {
	*testing.T
	a *App
}

// dialogs returns the number of dialogs.
const dialogs = 9

// views returns the dialogs drawn with some words. only selects one of them, -1
// all.
func (l *liar) views(words string, width, only int) (views []paint.Styled) {
	l.a.Width, l.a.Height = width, 400 // nothing scrolls
	l.a.Now = time.Now()               // prices are valid for five minutes, and this may take longer
	for i, ask := range moneyDialogs(l.a, words) {
		if only >= 0 && only%dialogs != i {
			continue
		}
		ask()
		c := l.a.Top().(*kit.Confirm)
		l.a.Remove(c)
		c.SetSize(width, 400)
		views = append(views, c.View())
	}
	return views
}

// tell tries some hostile texts. Apart from labelled values, dialogs about
// money must say the same as without them.
func (l *liar) tell(r *rand.Rand, lies int) {
	widths := []int{100, 60, 40, 30}
	honest := map[int][]paint.Styled{}
	for _, width := range widths {
		honest[width] = l.views("x", width, -1)
	}
	for n := range lies {
		words, width, only := uitest.Lie(r), widths[n%len(widths)], n/len(widths)
		view := l.views(words, width, only)[0]
		if wrong := uitest.Foreign([]byte(view), "dubtop"); len(wrong) > 0 {
			l.Errorf("of %q reach the terminal: %s", words, wrong)
			return
		}
		left := claimed(honest[width][only%dialogs])
		for _, line := range claimed(view) {
			at := slices.Index(left, line)
			if at < 0 {
				l.Errorf("%q makes a dialog say %q:\n%s", words, line, ansi.Strip(string(view)))
				return
			}
			left = slices.Delete(left, at, at+1)
		}
	}
}

// In dialogs about money, foreign text appears only beside a label. Every line
// without a label is the program's own, and every label appears as often as it
// should: both are the same as without hostile texts.
func TestNobodyElseCanWriteALineInAMoneyDialog(t *testing.T) {
	t.Parallel()
	const liars = 2
	start := time.Now()
	var all sync.WaitGroup
	for seed := range uint64(liars) {
		a := newDesk(t, 3)
		a.store.Ledger.Bring(nil)
		a.cfg.Open = func(string) error { return nil }
		all.Go(func() { (&liar{t, a}).tell(rand.New(rand.NewPCG(seed, 2)), *liesFlag/liars) })
	}
	all.Wait()
	t.Logf("%d texts in %v", *liesFlag, time.Since(start).Round(time.Millisecond))
}
