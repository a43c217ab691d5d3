package account

import (
	"fmt"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/state/outbox"
	"dubtop/state/tasks"
)

// The result of a resend is not the result of the first request. A refused or
// unsent resend leaves the outcome unknown.
func TestOnlyAProofAboutTheFirstRequestSettlesIt(t *testing.T) {
	for name, c := range map[string]struct {
		fault  simulator.Fault
		after  time.Duration // the first request
		chosen bool          // resent by the user, on a server without proof
		want   outbox.SubmissionState
	}{
		"the job":                           {want: outbox.SubmissionSent},
		"never left":                        {fault: simulator.Fault{Refuse: true}, want: outbox.SubmissionUnknown},
		"too many requests":                 {fault: refused(429, "rate_limit_exceeded"), want: outbox.SubmissionUnknown},
		"key revoked":                       {fault: refused(401, "unauthorized"), want: outbox.SubmissionUnknown},
		"not paid":                          {fault: refused(402, "payment_required"), want: outbox.SubmissionUnknown},
		"no slot, and it may still arrive":  {fault: refused(429, "concurrency_limit_reached"), want: outbox.SubmissionUnknown},
		"no slot, long after":               {fault: refused(429, "concurrency_limit_reached"), after: 2 * time.Minute, want: outbox.SubmissionQueued},
		"no slot, where keys may not count": {fault: refused(429, "concurrency_limit_reached"), after: 2 * time.Minute, chosen: true, want: outbox.SubmissionUnknown},
		"refused as it was before":          {fault: refused(422, "generation_input_video_invalid"), want: outbox.SubmissionRejected},
		"refused, where keys may not count": {fault: refused(422, "generation_input_video_invalid"), chosen: true, want: outbox.SubmissionUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, simulator.Options{}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
				sub := unanswered(t, d, account)
				time.Sleep(max(time.Second, c.after))
				c.fault.Times = 1
				if name != "the job" {
					account.Fault("POST /v2/generate", c.fault)
				}
				task := outbox.Task{Kind: outbox.TaskResend, Submission: sub, Proven: !c.chosen}
				if err := task.Submission.Resend(time.Now()); err != nil {
					t.Fatal(err)
				}
				done := d.Do(t.Context(), task)
				if done.Submission.State != c.want || done.Unrecorded != nil {
					t.Errorf("it is %s (%v, %v), want %s", done.Submission.State, done.Err, done.Unrecorded, c.want)
				}
			})
		})
	}
}

func refused(status int, code string) simulator.Fault {
	return simulator.Fault{Status: status, Body: fmt.Sprintf(`{"statusCode":%d,"message":"no","errorCode":%q}`, status, code)}
}

// unanswered returns a job whose answer was lost.
func unanswered(t *testing.T, d tasks.Runner, account *simulator.Server) outbox.Submission {
	t.Helper()
	sub := agreed(t, d, account, "lost")
	if err := sub.Send(time.Now()); err != nil {
		t.Fatal(err)
	}
	account.Fault("POST /v2/generate", simulator.Fault{Times: 1, DropAfter: true})
	done := d.Do(t.Context(), outbox.Task{Kind: outbox.TaskSend, Submission: sub})
	if done.Submission.State != outbox.SubmissionUnknown || api.OutcomeOf(done.Err) != api.Unknown {
		t.Fatalf("it is %s: %v", done.Submission.State, done.Err)
	}
	return done.Submission
}
