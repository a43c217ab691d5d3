package api_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
)

// TestFinishedGenerationsPageByPage reads what finished in the simulated
// account: back-to-back ranges have every job once, in order.
func TestFinishedGenerationsPageByPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := account(t, simulator.Options{Profile: simulator.Current, Generations: 1200, CostDelay: 10 * time.Minute})
		s.Add(simulator.Job{ID: "fresh", Key: "night shift", Pending: time.Second, Processing: time.Second})
		time.Sleep(time.Minute)
		now := time.Now()
		seen := make(map[api.ID]api.Finished)
		var last time.Time
		for _, r := range [][2]time.Time{{now.AddDate(-2, 0, 0), now.AddDate(0, 0, -3)}, {now.AddDate(0, 0, -3), now}} {
			q := api.FinishedQuery{From: r[0], To: r[1], Limit: api.MaxFinished}
			for more := true; more; more = q.Cursor != "" {
				page, err := c.Finished(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range page.Items {
					if _, again := seen[f.ID]; again || f.Ended.Before(last) {
						t.Fatalf("%s ends at %s, after %s", f.ID, f.Ended, last)
					}
					seen[f.ID], last = f, f.Ended.Time
				}
				q.Cursor = page.Next
			}
		}
		if len(seen) != 1201 {
			t.Errorf("%d jobs finished", len(seen))
		}
		if f := seen["fresh"]; f.Costs.Availability != "pending" || f.Costs.Total != nil || f.Key.Name != "night shift" {
			t.Errorf("%+v", f)
		}
	})
}

func TestAccountOfEachBillingModel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, billing := range []string{"usage", "credits", "free", "enterprise"} {
			c, s := account(t, simulator.Options{Profile: simulator.Current, Plan: simulator.Creator, Billing: billing, Funds: 20, Reliable: true})
			if _, err := c.CreateGeneration(t.Context(), api.Paid{IdempotencyKey: "one", Body: body(s.StorageURL(), 8)}); err != nil {
				t.Fatal(err)
			}
			a, err := c.Account(t.Context())
			if err != nil || a.Name != "Acme Dubbing" || a.Plan != "Creator" || a.Slots != 3 || a.Longest != 5*time.Minute || string(a.Billing) != billing {
				t.Fatalf("%+v, %v", a, err)
			}
			switch left := a.Balance.Spendable(); billing {
			case "free":
				if a.Balance.Used != 1 || a.Balance.Max != 3 || a.Balance.Resets.IsZero() {
					t.Errorf("%+v", a.Balance)
				}
			case "enterprise":
				if left != nil {
					t.Errorf("%s", left)
				}
			default:
				if left == nil || *left != 19_600_000 || *a.Balance.Held != 400_000 || a.Balance.Dollars != (billing == "usage") {
					t.Errorf("%s: %+v", billing, a.Balance)
				}
			}
		}
	})
	for _, profile := range []simulator.Profile{simulator.Seed, simulator.Strict} {
		c, _ := account(t, simulator.Options{Profile: profile})
		if _, err := c.Account(t.Context()); !errors.Is(err, api.ErrUnsupported) {
			t.Error(err)
		}
		if _, err := c.Finished(t.Context(), api.FinishedQuery{To: time.Now()}); !errors.Is(err, api.ErrUnsupported) {
			t.Error(err)
		}
	}
}
