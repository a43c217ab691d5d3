package simulator

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// SetAccount makes the server answer a question for the account with any JSON,
// since few of its members are documented. nil restores its own answer.
func (s *Server) SetAccount(answer json.RawMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account = answer
}

// accountWire is the account in JSON.
type accountWire struct {
	Account        map[string]any `json:"account"`
	Organization   map[string]any `json:"organization"`
	Plan           map[string]any `json:"plan"`
	Limits         map[string]any `json:"limits"`
	BillingModel   string         `json:"billingModel"`
	BillingURL     string         `json:"billingUrl"`
	CredentialType string         `json:"credentialType"`
	Balance        map[string]any `json:"balance"`
}

func (s *Server) getAccount(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	now := s.now()
	answer := s.account
	own := s.accountOf(now)
	s.mu.Unlock()
	if answer != nil {
		writeJSON(w, http.StatusOK, answer)
		return
	}
	writeJSON(w, http.StatusOK, own)
}

// accountOf describes the account. The lock must be held.
func (s *Server) accountOf(now time.Time) accountWire {
	plan := s.opts.Plan
	a := accountWire{
		Account:        map[string]any{"id": "user_1", "name": "Ada"},
		Organization:   map[string]any{"id": "org_1", "name": "Acme Dubbing"},
		Plan:           map[string]any{"id": string(plan), "name": strings.ToUpper(string(plan[:1])) + string(plan[1:])},
		Limits:         map[string]any{"maxDurationSeconds": plan.MaxSeconds()},
		BillingModel:   s.billing(),
		BillingURL:     s.base + "/billing",
		CredentialType: "api_key",
	}
	if !s.opts.HideSlots {
		a.Limits["concurrency"] = s.opts.Slots
	}
	a.Balance = s.balance(now)
	return a
}

func (s *Server) billing() string {
	switch {
	case s.opts.Billing != "":
		return s.opts.Billing
	case s.opts.Plan == Free:
		return "free"
	case s.opts.Credits:
		return "credits"
	}
	return "usage"
}

// balance returns the funds left after the jobs made by requests. The lock must
// be held.
func (s *Server) balance(now time.Time) map[string]any {
	if s.billing() == "enterprise" {
		return nil
	}
	var spent, held price
	used := 0
	for _, a := range s.accepted {
		j := s.jobs.byID[a.ID]
		if j == nil {
			continue
		}
		used++
		cost, _ := s.charged(s.creationOf(j).Model, j.seconds)
		switch status := j.status(now); {
		case !j.ended(now):
			held += cost
		case status == completed:
			spent += cost
		}
	}
	if s.billing() == "free" {
		reset := time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, time.UTC)
		return map[string]any{"generationsUsed": min(used, 3), "generationsMax": 3, "ttsUsed": 0, "ttsMax": 10, "resetDate": stamp(reset)}
	}
	left := cmp.Or(s.opts.Funds, 50) - spent.dollars()
	b := map[string]any{
		"balance": fmt.Sprintf("%.6f", left), "available": fmt.Sprintf("%.6f", left-held.dollars()), "inFlight": held.String(),
	}
	if s.billing() == "usage" {
		b["currency"] = "USD"
	}
	return b
}
