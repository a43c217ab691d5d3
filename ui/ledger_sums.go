package ui

import (
	"math"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/ui/paint"
)

// ledgerSums is the pane beside the ledger: totals and a chart. They are added up
// again when the ledger has changed, or the day.
type ledgerSums struct {
	app     *composer
	of      summed
	periods []periodSum
	days    []ledger.Group // of the chart, for as many days as were drawn last
	wrong   int            // number of damaged rows
	other   int            // number of jobs that were billed differently
}

// summed is what sums depend on.
type summed struct {
	ledger *ledger.Ledger
	seen   uint64
	scope  ledger.Scope
	day    string
}

// periodSum is the sum of a period.
type periodSum struct {
	title text.Text
	by    ledger.Grouping // "" is all time
	ledger.Tally
}

// Sizes of the totals and the chart, in cells.
const (
	sumsWidth   = 52
	dayWidth    = 3
	chartHeight = 5
	maxDays     = 31
	abreast     = sumsWidth + 8*dayWidth // from this width on the chart is beside the totals
)

// lines draws the sums and, in a narrow pane, the selected entry below them.
func (s *ledgerSums) lines(e *ledger.Entry, width int) []paint.Styled {
	lines := s.sums(width)
	if e.Damage == "" && width < abreast {
		lines = append(append(lines, ""), s.app.entryLines(e, width)...)
	}
	return lines
}

// sums draws totals and chart, side by side if they fit.
func (s *ledgerSums) sums(width int) []paint.Styled {
	s.count()
	if width < abreast {
		return append(append(s.totals(width), ""), s.chart(width)...)
	}
	left, right := s.totals(sumsWidth-2), s.chart(width-sumsWidth)
	for i := range max(len(left), len(right)) {
		if i >= len(left) {
			left = append(left, "")
		}
		if i < len(right) {
			left[i] = paint.PadStyled(left[i], sumsWidth) + right[i]
		}
	}
	return left
}

// count adds up the sums again if their inputs have changed.
func (s *ledgerSums) count() {
	a, l := s.app, &s.app.store.Ledger
	of := summed{l, l.Version(), a.cfg.Guard.Scope, a.Now.Local().Format(time.DateOnly)}
	if s.of == of {
		return
	}
	s.of, s.wrong, s.other, s.days = of, 0, len(l.Differing()), nil
	s.periods = []periodSum{{title: "today", by: ledger.ByDay}, {title: "this week", by: ledger.ByWeek}, {title: "this month", by: ledger.ByMonth}, {title: "all time"}}
	for i := range s.periods {
		p := &s.periods[i]
		p.Tally = l.PeriodOf(of.scope, p.by, a.Now, time.Local)
	}
	for i := 0; i < l.Rows().Len() && l.Rows().At(i).Damage != ""; i++ {
		s.wrong++
	}
}

// totals draws the sums of today, this week, this month and all time, and lists
// the jobs they leave out.
func (s *ledgerSums) totals(width int) []paint.Styled {
	a, t := s.app, s.app.Theme
	var lines []paint.Styled
	for i := range s.periods {
		p := &s.periods[i]
		lines = append(lines, t.Text(paint.Muted, paint.Fit(p.title, 11, false, ""))+
			t.Text(paint.Money, paint.Fit(a.sumWords(&p.Tally), 11, true, ""))+t.Text(paint.Muted, "  "+text.Count(p.Jobs, "job", "jobs")))
	}
	all := &s.periods[len(s.periods)-1].Tally
	lines = append(lines, a.advice(width, "counted", a.cfg.Guard.Scope.Counted(), paint.Muted)...)
	if c, ok := all.Credits(); ok {
		lines = append(lines, a.advice(width, "credits", text.Sprintf("%g, not included in the dollars", c), paint.Normal)...)
	}
	if all.Compared > 0 {
		lines = append(lines, a.advice(width, "estimates", a.accuracy(all), paint.Normal)...)
	}
	if all.Failed > 0 {
		lines = append(lines, a.advice(width, "failures", a.failureWords(all), paint.Bad)...)
	}
	if all.Guessed > 0 {
		lines = append(lines, a.advice(width, "estimated", text.Count(all.Guessed, "job, counted at its estimate (~)", "jobs, counted at their estimates (~)"), paint.Muted)...)
	}
	if all.Derived > 0 {
		lines = append(lines, a.advice(width, "computed", text.Count(all.Derived, "job", "jobs")+", from length and list price (?)", paint.Muted)...)
	}
	if all.Unknown > 0 {
		lines = append(lines, a.advice(width, "unknown", "the cost of "+text.Count(all.Unknown, "job", "jobs")+", not in the sums", paint.Warn)...)
	}
	for _, f := range a.store.Ledger.Others().Abroad(a.cfg.Guard.Scope) {
		lines = append(lines, a.advice(width, "foreign", f.Words()+", not in the sums", paint.Warn)...)
	}
	if words := a.store.Ledger.DiscountWords(); words != "" {
		lines = append(lines, a.advice(width, "discount", words, paint.Muted)...)
	}
	if s.other > 0 {
		lines = append(lines, a.advice(width, "billed", text.Sprintf("billed differently: %d (filter: billed:differently)", s.other), paint.Warn)...)
	}
	if s.wrong > 0 {
		lines = append(lines, a.advice(width, "damaged", text.Count(s.wrong, "row", "rows")+" of the ledger, not in the sums", paint.Bad)...)
	}
	return lines
}

// accuracy says how good the estimates were.
func (a *composer) accuracy(t *ledger.Tally) text.Text {
	words := text.Sprintf("%s for %s, actual %s", rounded(t.Estimated, outbox.CostEstimate), text.Count(t.Compared, "job", "jobs"), rounded(t.Actual, t.ActualKind))
	if t.Estimated <= 0 {
		return words
	}
	off := 100 * (float64(t.Actual) - float64(t.Estimated)) / float64(t.Estimated)
	switch {
	case math.Abs(off) < 0.5:
		return words + ", as estimated"
	case off > 0:
		return text.Sprintf("%s, %.0f %% more", words, off)
	}
	return text.Sprintf("%s, %.0f %% less", words, -off)
}

// failureWords gives the amount spent on jobs without a result.
func (a *composer) failureWords(t *ledger.Tally) text.Text {
	words := text.Sprintf("%s on %s", rounded(t.FailedCost, t.FailedKind), text.Count(t.Failed, "job", "jobs"))
	if t.FailedUnknown > 0 {
		words += text.Sprintf(", plus %d of unknown cost", t.FailedUnknown)
	}
	return words
}

// chart draws one column per day, for as many days as fit.
func (s *ledgerSums) chart(width int) []paint.Styled {
	a, t := s.app, s.app.Theme
	n := min(maxDays, width/dayWidth)
	if n < 1 {
		return nil
	}
	if len(s.days) != n {
		s.days = a.store.Ledger.ChartOf(s.of.scope, a.Now, n, time.Local)
	}
	days := s.days
	var most api.Micros
	for i := range days {
		most = max(most, days[i].Cost)
	}
	lines := []paint.Styled{t.Text(paint.Muted, text.Sprintf("last %s, highest %s", text.Count(n, "day", "days"), most.Rounded()))}
	for row := chartHeight; row > 0; row-- {
		var b strings.Builder
		for i := range days {
			b.WriteString(string(chartCell(t, &days[i].Tally, most, row)))
		}
		lines = append(lines, t.Text(paint.Money, text.Of(strings.TrimRight(b.String(), " "))))
	}
	var dates strings.Builder
	for i := range days {
		dates.WriteString(string(days[i].Key[len(days[i].Key)-2:] + " "))
	}
	return append(lines, t.Text(paint.Muted, text.Of(strings.TrimRight(dates.String(), " "))))
}

// chartCell draws one day in one line of the chart; row 1 is the bottom. A day
// with a cost always shows at least a thin bar, and a day of unknown cost shows
// "?".
func chartCell(t *paint.Theme, day *ledger.Tally, most api.Micros, row int) text.Text {
	steps := []rune(t.Glyphs.Steps)
	level := 0
	if most > 0 {
		level = int(math.Ceil(float64(day.Cost) / float64(most) * float64(chartHeight*len(steps))))
	}
	part := min(len(steps), level-(row-1)*len(steps))
	switch {
	case part > 0:
		return text.Repeat(text.Of(string(steps[part-1])), 2) + " "
	case row == 1 && day.Unknown > 0:
		return "?  "
	}
	return "   "
}
