package ui_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
)

// TestHeaderTellsTheBalance shows what the server tells about the account, in each
// billing model, and what a job leaves of it.
func TestHeaderTellsTheBalance(t *testing.T) {
	t.Parallel()
	for billing, want := range map[string][]string{
		"usage":   {"Growth $20.00", "$20.00, this leaves $18.75"},
		"credits": {"Growth 20 credits"},
		"free":    {"Growth 3 of 3 free jobs left", "3 of 3 free jobs left"},
	} {
		account := simulator.Options{Profile: simulator.Current, Plan: simulator.Growth, Billing: billing, Funds: 20, Reliable: true}
		tell(t, stage{account: account, width: 140, height: 40}, func(s *story) {
			s.Pass(time.Second)
			s.Sees("Acme Dubbing", want[0], "slots 0/6")
			s.price()
			s.Sees(want[1:]...)
		})
	}
}

// The two sides of the header stay apart at any width.
func TestHeaderKeepsItsSidesApart(t *testing.T) {
	t.Parallel()
	account := simulator.Options{Profile: simulator.Current, Plan: simulator.Growth, Reliable: true}
	tell(t, stage{account: account}, func(s *story) {
		s.Pass(time.Second)
		joined := regexp.MustCompile(`slots \d+/\d+ [^ ]`)
		var sizes [][2]int
		for width := 40; width < 140; width++ {
			sizes = append(sizes, [2]int{width, 30})
		}
		s.Sweep(sizes, func(width, _ int, frame string) {
			if header, _, _ := strings.Cut(frame, "\n"); joined.MatchString(header) {
				t.Errorf("%d columns: %q", width, header)
			}
		})
	})
}

// TestTooLittleBalanceIsAWarning lets the user send what the balance may not pay,
// because the server may know better.
func TestTooLittleBalanceIsAWarning(t *testing.T) {
	t.Parallel()
	account := simulator.Options{Profile: simulator.Current, Plan: simulator.Growth, Funds: 1, Reliable: true}
	tell(t, stage{account: account, width: 100, height: 40}, func(s *story) {
		s.price()
		s.Sees("balance", "$1.00 is not enough for $")
		s.Press("y")
		s.Pass(70 * time.Second)
		if n := len(s.account.Accepted()); n != 1 {
			t.Errorf("%d sent\n%s", n, s.Screen())
		}
		s.Sees("held")
	})
}

// TestAccountOfAnotherShapeIsNotShown keeps the header calm when the server tells
// nothing that is understood.
func TestAccountOfAnotherShapeIsNotShown(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{`{}`, `{"account":null,"balance":[1],"plan":{"x":{}},"organization":"\u001b[31m"}`, `[]`, `"me"`} {
		account := simulator.Options{Profile: simulator.Current, Plan: simulator.Growth}
		prepare := func(a *simulator.Server) { a.SetAccount(json.RawMessage(answer)) }
		tell(t, stage{account: account, prepare: prepare, width: 140, height: 40}, func(s *story) {
			s.Pass(10 * time.Minute)
			s.DoesNotSee("Acme Dubbing", "Growth", "NaN")
			s.Sees("running 0")
			s.Press("L")
			s.DoesNotSee("shape")
		})
	}
}
