package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestRefusalsSayWhatToDoOnThisPlan(t *testing.T) {
	for _, c := range []struct {
		status int
		header int // slots told by an earlier answer, 0 for none
		body   string
		kind   Kind
		want   string
	}{
		{
			402, 0, `{"errorCode":"free_tier_generations_exhausted","message":"used up","suggestion":"Upgrade the plan."}`, KindPayment,
			"Wait for next month's free generations, or choose a plan at sync.so/billing.",
		},
		{402, 0, `{"errorCode":"account_payment_required","message":"x"}`, KindPayment, "Pay the open invoice at sync.so/billing, then send it again."},
		{402, 0, `{"errorCode":"batch_plan_required","message":"Batch needs the Scale plan"}`, KindPayment, "Batches need Scale or Enterprise: send the jobs one by one"},
		{402, 3, `{"errorCode":"generation_plan_duration_exceeded","message":"x"}`, KindInvalid, "Creator takes up to 5 min, Growth 10 min."},
		{422, 0, `{"errorCode":"generation_plan_duration_exceeded","message":"x"}`, KindInvalid, "Plans take up to: Free 20 s, Hobbyist 1 min, Creator 5 min, Growth 10 min, Scale 30 min."},
		{422, 1, `{"errorCode":"generation_plan_duration_exceeded","message":"x"}`, KindInvalid, "Plans take up to: Free 20 s"},
		{402, 15, `{"errorCode":"generation_plan_duration_exceeded","message":"x"}`, KindInvalid, "Scale takes up to 30 min, Enterprise as much as agreed."},
		{402, 0, `{"message":"Payment Required"}`, KindPayment, "See the plan and its bills at sync.so/billing."},
		{403, 0, `{"errorCode":"account_on_hold","message":"x"}`, KindPayment, "Ask sync's support why the account is on hold"},
		{403, 0, `{"errorCode":"plan_feature_unavailable","message":"x","suggestion":"Upgrade."}`, KindPayment, "Leave the feature out, or choose a plan that has it"},
		{403, 0, `{"errorCode":"voice_clone_limit_reached","message":"x"}`, KindPayment, "Delete a cloned voice"},
		{403, 0, `{"errorCode":"asset_forbidden","message":"x"}`, KindInvalid, "x"},
		{403, 0, `{"message":"Forbidden"}`, KindAuth, "Check the key"},
		{
			429, 0, `{"errorCode":"concurrency_limit_reached","message":"3 of 3","activeGenerations":3,"concurrencyLimit":3}`, KindConcurrency,
			"Wait for a running job to end. Creator runs 3 at once, Growth 6.",
		},
		{429, 1, `{"errorCode":"concurrency_limit_reached","message":"full"}`, KindConcurrency, "Wait for a running job to end. Free and Hobbyist run 1 at once, Creator 3."},
		{429, 15, `{"errorCode":"concurrency_limit_reached","message":"full"}`, KindConcurrency, "Scale runs 15 at once, Enterprise as many as agreed."},
		{429, 7, `{"errorCode":"concurrency_limit_reached","message":"full"}`, KindConcurrency, "Wait for a running job to end."},
		{429, 3, `{"errorCode":"batch_concurrency_limit_reached","message":"full"}`, KindConcurrency, "Wait for a running batch to end."},
		{429, 3, `{"errorCode":"rate_limit_exceeded","message":"slow down","retryAfterSeconds":20}`, KindRateLimited, "Try again in 20s; every plan has the same limit."},
		{429, 3, `{"errorCode":"elevenlabs_quota_exceeded","message":"x"}`, KindPayment, "Give audio in place of the script"},
	} {
		answered := false
		client, _ := newFake(t, func(w http.ResponseWriter, r *http.Request) {
			if !answered && c.header > 0 {
				answered = true
				w.Header().Set("X-Sync-Concurrency-Limit", fmt.Sprint(c.header))
				says(200, "[]")(w, r)
				return
			}
			says(c.status, c.body)(w, r)
		})
		if c.header > 0 {
			if _, err := client.Models(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		_, err := client.CreateGeneration(t.Context(), Paid{IdempotencyKey: "k", Body: []byte("{}")})
		wantKind(t, err, c.kind)
		if said := err.Error(); !strings.Contains(said, c.want) || strings.Contains(said, "Upgrade the plan") {
			t.Errorf("%d %s\n got %s\nwant %s", c.status, c.body, said, c.want)
		}
		if o := OutcomeOf(err); o != Refused && o != Limited {
			t.Errorf("%d %s: outcome %v", c.status, c.body, o)
		}
	}
}

func TestPlansByTheirSlots(t *testing.T) {
	for slots, want := range map[int]string{0: "", 1: "", 2: "", 3: "Creator", 6: "Growth", 15: "Scale", 40: ""} {
		if p, ok := PlanOf(slots); p.Name != want && ok || ok != (want != "") {
			t.Errorf("%d slots: %v %v", slots, p, ok)
		}
	}
	if p, _ := PlanOf(6); p.Longest != 10*time.Minute {
		t.Error(p)
	}
}
