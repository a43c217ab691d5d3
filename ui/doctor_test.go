package ui_test

import (
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
)

const unpaid = `{"statusCode":402,"message":"There is an unpaid invoice.","errorCode":"account_payment_required","billingUrl":"https://sync.so/invoices/7"}`

// A refusal says the same wherever it comes from, and the page that it names is
// one key away.
func TestRefusalsSayTheSameAndNameAPage(t *testing.T) {
	t.Parallel()
	const words = "There is an unpaid invoice. Pay the open invoice at sync.so/billing"
	flat := func(s *story) string { return strings.Join(strings.Fields(s.Screen()), " ") }
	tell(t, stage{width: 160, height: 40}, func(s *story) {
		s.fillForm()
		s.account.Fault("POST /v2/generations/estimate", simulator.Fault{Times: 2, Status: 402, Body: unpaid})
		s.Press("ctrl+s")
		s.Pass(2 * time.Second)
		if !strings.Contains(flat(s), words) {
			t.Errorf("the form says\n%s", s.Screen())
		}
		s.Sees("ctrl+g open the page that the server names")
		s.account.ClearFaults()
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("Send this job?")
		s.account.Fault("POST /v2/generate", simulator.Fault{Status: 402, Body: unpaid})
		s.Press("y")
		s.Pass(5 * time.Second)
		if !strings.Contains(flat(s), words) {
			t.Errorf("after sending\n%s", s.Screen())
		}
		s.Press("ctrl+g")
		s.Pass(time.Second)
		if len(s.opened) != 1 || s.opened[0] != "https://sync.so/invoices/7" {
			t.Errorf("opened %q", s.opened)
		}
	})
}

func TestPageOfAnErrorIsNotTrusted(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.price()
		s.account.Fault("POST /v2/generate", simulator.Fault{Status: 402, Body: strings.Replace(unpaid, "https://sync.so/invoices/7", "file:///etc/passwd", 1)})
		s.Press("y")
		s.Pass(5 * time.Second)
		s.Sees("unpaid invoice")
		s.Press("ctrl+g")
		s.Pass(time.Second)
		if len(s.opened) != 0 {
			t.Errorf("opened %q", s.opened)
		}
	})
}

func TestFailureShowsTheEvidenceOfItsJob(t *testing.T) {
	t.Parallel()
	cases := []struct {
		job  simulator.Job
		want []string
	}{
		{
			simulator.Job{ErrorCode: "generation_input_audio_inaccessible", Audio: "https://cdn.example.com/line.wav?X-Amz-Date=20261120T100000Z&X-Amz-Expires=600&X-Amz-Signature=abc"},
			[]string{"Here", "audio: https://cdn.example.com/line.wav", "it expired at 10:10:00, before the job was"},
		},
		{simulator.Job{ErrorCode: "generation_unknown_error", Model: "sync-3", Options: `{"temperature":0.4,"sync_mode":"loop"}`}, []string{"sync-3 does not honour temperature"}},
		{simulator.Job{ErrorCode: "generation_model_duration_exceeded", Model: "react-1", Options: `{}`}, []string{"react-1 takes up to 0:15", "m runs it with another model"}},
		{simulator.Job{ErrorCode: "generation_text_length_exceeded", Script: strings.Repeat("word ", 1100)}, []string{"the script has more than 4000 characters"}},
		{simulator.Job{ErrorCode: "account_payment_required"}, []string{"ctrl+g opens https://sync.so/billing"}},
	}
	tell(t, stage{account: simulator.Options{Generations: -1}, width: 160, height: 40, prepare: func(a *simulator.Server) {
		for i, c := range cases {
			c.job.Status, c.job.Age = "FAILED", time.Duration(i+1)*time.Minute
			a.Add(c.job)
		}
	}}, func(s *story) {
		for _, c := range cases {
			s.Press("enter")
			s.Pass(time.Second)
			s.Sees(c.want...)
			s.Press("esc", "j")
		}
	})
}
