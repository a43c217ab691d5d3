package ledger

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/outbox"
)

// jobsAt are jobs to send, at these prices.
func jobsAt(prices ...outbox.Price) (subs []outbox.Submission) {
	for _, p := range prices {
		subs = append(subs, outbox.Submission{Kind: outbox.SubmitGeneration, Price: p})
	}
	return subs
}

func times(p outbox.Price, n int) []outbox.Submission {
	return jobsAt(slices.Repeat([]outbox.Price{p}, n)...)
}

func batchAt(p outbox.Price, lines int) []outbox.Submission {
	return []outbox.Submission{{Kind: outbox.SubmitBatch, BatchLines: lines, Price: p}}
}

func TestBudgetsCompareExactly(t *testing.T) {
	soft := func(m api.Micros) *Limit { return &Limit{Amount: m} }
	hard := func(m api.Micros) *Limit { return &Limit{Amount: m, Hard: true} }
	for _, c := range []struct {
		why    string
		guard  Guard
		charge []outbox.Submission
		want   VerdictLevel
		words  string
	}{
		{"no budgets", Guard{}, times(dollars(math.MaxInt64), 9), BudgetOK, ""},
		{"equal", Guard{MaxJob: hard(500), ConfirmAbove: soft(500)}, times(dollars(500), 1), BudgetOK, ""},
		{"a millionth above", Guard{MaxJob: hard(500)}, times(dollars(501), 1), BudgetHard, "max_job"},
		{"softly", Guard{MaxJob: soft(500)}, times(dollars(501), 1), BudgetSoft, "max_job"},
		{"the dearest of them", Guard{MaxJob: soft(500)}, jobsAt(dollars(1), dollars(501), dollars(2)), BudgetSoft, "$0.000501"},
		{"a batch is many jobs", Guard{MaxJob: hard(500), ConfirmAbove: soft(20_000)}, batchAt(dollars(10_000), 20), BudgetOK, ""},
		{"a batch of dear jobs", Guard{MaxJob: hard(500)}, batchAt(dollars(10_001), 20), BudgetHard, "max_job"},
		{"each is cheap, all are not", Guard{MaxJob: hard(500), ConfirmAbove: soft(1000)}, times(dollars(500), 3), BudgetSoft, "confirm_above"},
		{"10,000 dimes are a thousand dollars", Guard{Daily: hard(1_000_000_000)}, times(dollars(100_000), 10_000), BudgetOK, ""},
		{"and not a millionth less", Guard{Daily: hard(999_999_999)}, times(dollars(100_000), 10_000), BudgetHard, "daily budget is $999.999999"},
		{"hard comes before soft", Guard{ConfirmAbove: soft(1), Monthly: hard(1)}, times(dollars(2), 1), BudgetHard, "monthly"},
		{"no price", Guard{Daily: soft(1)}, jobsAt(dollars(1), outbox.Price{}), BudgetSoft, "not known"},
		{"no price, hard", Guard{MaxJob: hard(1)}, times(outbox.Price{}, 1), BudgetHard, "not known"},
		{"more than can be counted", Guard{Daily: hard(math.MaxInt64)}, times(dollars(math.MaxInt64/2), 3), BudgetHard, "daily"},
	} {
		v := c.guard.Check(c.charge, new(Ledger), nil, noon, time.UTC)
		if v.Level != c.want || !strings.Contains(strings.Join(v.Words, "\n"), c.words) {
			t.Errorf("%s: level %d, %q; want %d", c.why, v.Level, v.Words, c.want)
		}
		if (v.Level == BudgetOK) != (len(v.Words) == 0) {
			t.Errorf("%s: level %d says %q", c.why, v.Level, v.Words)
		}
	}
}

func TestBudgetsThatCantBeReadRefuseEverything(t *testing.T) {
	g := Guard{MaxJob: &Limit{Amount: 1_000}, Fault: "config.toml:3: budget.daily: it must be an amount"}
	for why, c := range map[string][]outbox.Submission{"cheap": times(dollars(1), 1), "for nothing": times(dollars(0), 1), "dear": times(dollars(2_000), 1)} {
		v := g.Check(c, new(Ledger), nil, noon, time.UTC)
		if v.Level != BudgetHard || v.Words[0] != g.Fault || v.Accepts(v.Word()) {
			t.Errorf("%s: level %d, %q", why, v.Level, v.Words)
		}
	}
}

func TestWaitingAndUnknownCountAsSpent(t *testing.T) {
	as := func(in outbox.SubmissionState, cost api.Micros, sent time.Time) outbox.Submission {
		s := submissionIn(in)
		s.Price = dollars(cost)
		if !s.SentAt.IsZero() {
			s.SentAt = sent
		}
		return s
	}
	yesterday := noon.Add(-24 * time.Hour)
	dropped := as(outbox.SubmissionUnknown, 16, noon)
	if err := dropped.Drop(noon); err != nil {
		t.Fatal(err)
	}
	pending := []outbox.Submission{
		as(outbox.SubmissionQueued, 1, yesterday), as(outbox.SubmissionConfirmed, 2, noon), as(outbox.SubmissionUnknown, 4, noon),
		as(outbox.SubmissionSending, 8, noon), dropped, as(outbox.SubmissionUnknown, 32, yesterday),
		as(outbox.SubmissionDraft, 64, noon), as(outbox.SubmissionEstimated, 128, noon), as(outbox.SubmissionRejected, 256, noon),
		as(outbox.SubmissionSent, 512, noon), as(outbox.SubmissionDropped, 1024, noon),
	}
	if day := Waiting(pending, ByDay, noon, time.UTC); day.Cost != 1+2+4+8+16 || day.Jobs != 5 {
		t.Errorf("today %d of %d jobs", day.Cost, day.Jobs)
	}
	if month := Waiting(pending, ByMonth, noon, time.UTC); month.Cost != 1+2+4+8+16+32 {
		t.Errorf("this month %d", month.Cost)
	}
	l := New([]Entry{booked(1, noon, 1000), booked(2, yesterday, 5000)})
	for limit, want := range map[api.Micros]VerdictLevel{1131: BudgetOK, 1130: BudgetHard} {
		g := Guard{Daily: &Limit{Amount: limit, Hard: true}}
		v := g.Check(times(dollars(100), 1), l, pending, noon, time.UTC)
		if v.Level != want {
			t.Errorf("of %d: level %d, %q", limit, v.Level, v.Words)
		}
		if want == BudgetHard && !strings.Contains(v.Words[0], "$0.001 is spent, $0.000031 is waiting") {
			t.Errorf("words %q", v.Words)
		}
	}
}

func TestTypedAmounts(t *testing.T) {
	g := Guard{ConfirmAbove: &Limit{Amount: 1}}
	v := g.Check(times(dollars(12_500_000), 1), new(Ledger), nil, noon, time.UTC)
	for typed, want := range map[string]bool{
		"$12.50": true, "12.5": true, " 12.500 ": true, "12.51": false, "": false, "yes": false, "12,50": false,
	} {
		if v.Accepts(typed) != want {
			t.Errorf("%q is accepted: %t", typed, !want)
		}
	}
	if v.Word() != "$12.50" || !v.Accepts(v.Word()) {
		t.Errorf("the word is %q", v.Word())
	}
	unpriced := g.Check(times(outbox.Price{}, 1), new(Ledger), nil, noon, time.UTC)
	if !unpriced.Accepts(outbox.UnpricedWord) || unpriced.Word() != outbox.UnpricedWord || unpriced.Accepts("0") {
		t.Errorf("unpriced: the word is %q", unpriced.Word())
	}
	g.ConfirmAbove.Hard = true
	if v := g.Check(times(dollars(2), 1), new(Ledger), nil, noon, time.UTC); v.Accepts(v.Word()) {
		t.Error("a hard budget gives way to typing")
	}
}

func TestGroupTotalInWords(t *testing.T) {
	for want, c := range map[string]Charge{
		"31 × $1.25 = $38.75":             ChargeTimes(dollars(1_250_000), 31),
		"2 × $0.10 = $0.20":               ChargeOf(dollars(100_000), dollars(100_000)),
		"2 jobs of up to $0.30 = $0.40":   ChargeOf(dollars(100_000), dollars(300_000)),
		"$0.30":                           ChargeOf(dollars(300_000)),
		"2 jobs of unknown price":         ChargeOf(dollars(1), outbox.Price{}),
		"3 jobs, too expensive to add up": ChargeTimes(dollars(1<<62), 3),
	} {
		if got := c.Words(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
