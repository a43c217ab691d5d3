package ui_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/state/ledger"
	"dubtop/ui"
)

// lengthy writes a list of rows of different lengths for two models.
func (s *story) lengthy(n int) string {
	s.t.Helper()
	rows := []string{"name,video,audio,model"}
	for i := range n {
		model := "lipsync-2"
		if i%3 == 0 {
			model = "lipsync-2-pro"
		}
		rows = append(rows, fmt.Sprintf("take_%02d,%s,%s,%s", i, s.media(fmt.Sprintf("talk_%ds.mp4", 10+i)), s.media(fmt.Sprintf("line_%ds.wav", 10+i)), model))
	}
	return s.write("list.csv", []byte(strings.Join(rows, "\n")))
}

// A set of many lengths is priced with a few questions for each model, and every
// job has the price that the server would name for it.
func TestSetIsPricedWithFewQuestions(t *testing.T) {
	t.Parallel()
	limit := api.Micros(100_000_000)
	st := stage{account: simulator.Options{Plan: simulator.Scale}, width: 140, height: 50, config: func(c *ui.Config) {
		c.Guard = ledger.Guard{Daily: &ledger.Limit{Amount: limit}}
	}}
	tell(t, st, func(s *story) {
		s.Pass(2 * time.Minute) // until the unit prices are known
		s.set(s.lengthy(30), "")
		s.Sees("30 jobs to send", "12m, about $44.56", "0:39")
		before := s.pricesAsked()
		s.Press("ctrl+s")
		s.Pass(5 * time.Second)
		if n := s.pricesAsked() - before; n != 6 {
			s.t.Errorf("30 jobs of two models took %d estimates", n)
		}
		s.Sees("20 × lipsync-2 $", "10 × lipsync-2-pro $", "30 jobs, 12m of output", "6 estimates of the server; the others are in proportion")
		for _, seconds := range []int{11, 20, 38} { // not asked about
			model := "lipsync-2"
			if (seconds-10)%3 == 0 {
				model = "lipsync-2-pro"
			}
			e, err := s.price1(model, seconds)
			if row := s.row(fmt.Sprintf("take_%02d", seconds-10)); err != nil || !strings.Contains(row, "~"+e.Cost.String()) {
				s.t.Errorf("%d s cost %v (%v), shown as %q", seconds, e.Cost, err, row)
			}
		}
		// The prices are renewed before the yes, not after it.
		s.Pass(6 * time.Minute)
		s.Press("enter")
		s.Pass(5 * time.Second)
		s.Sees("Send 1 job as a pilot, and 29 later?", "for another 4m", "daily $100.00: $0.00 used, $55.44 left after this")
		s.Pass(6 * time.Minute)
		s.Sees("no longer: a yes gets new prices and asks again")
		s.Press("y")
		s.Pass(5 * time.Second)
		s.agreedTo(0)
		s.Sees("Send 1 job as a pilot", "for another 4m")
		s.Press("y")
		s.Pass(2 * time.Second)
		s.agreedTo(30)
	})
}

var setRows = flag.Int("rows", 1013, "how many rows the large job set has")

// A set can be as long as a list may be: one price, one yes, and every job waits
// in the queue once.
func TestLargeSetIsConfirmedAtOnce(t *testing.T) {
	t.Parallel()
	tell(t, stage{width: 160, height: 50}, func(s *story) {
		rows := []string{"name,video,audio"}
		for i := range *setRows {
			rows = append(rows, fmt.Sprintf("take_%05d,%s,%s?n=%d", i, s.media(fmt.Sprintf("talk_%ds.mp4", 10+i%20)), s.media(fmt.Sprintf("line_%ds.wav", 10+i%20)), i/20))
		}
		list, before := s.write("list.csv", []byte(strings.Join(rows, "\n"))), s.pricesAsked()
		s.set(list, "")
		s.Pass(10 * time.Minute) // some hosts take it slowly
		s.Sees(fmt.Sprintf("%d jobs to send", *setRows))
		s.Press("ctrl+s")
		s.Pass(time.Minute)
		s.Sees(fmt.Sprintf("Send %d jobs", *setRows))
		s.Press("enter")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(time.Minute)
		s.agreedTo(*setRows)
		if n := s.pricesAsked() - before; n > 20 {
			s.t.Errorf("%d prices were asked", n)
		}
	})
}

// price1 asks the server for a price.
func (s *story) price1(model string, seconds int) (api.Estimate, error) {
	c, err := api.New(api.Config{BaseURL: s.account.BaseURL(), Key: api.NewSecret(s.account.Key()), Transport: s.account.RoundTripper()})
	if err != nil {
		return api.Estimate{}, err
	}
	return c.Estimate(s.t.Context(), api.EstimateRequest{Model: model, Duration: float64(seconds), FPS: 25})
}
