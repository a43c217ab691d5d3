package state

import (
	"runtime"
	"testing"

	"dubtop/api"
)

func TestEndOfAJobIsFinal(t *testing.T) {
	c := filled([]Generation{row(1, api.Failed)})
	if n := c.Merge(c.Ask(start()), []Generation{row(1, api.Processing)}, start()); n != 0 {
		t.Error("a regress counted as a change")
	}
	if g, _ := c.Find(string(jobID(1))); g.Status != api.Failed {
		t.Errorf("the job is %s again", g.Status)
	}
}

func TestJobsAreSmall(t *testing.T) {
	const jobs = 20_000
	before := heap()
	c := filled(account(jobs))
	each := float64(heap()-before) / jobs
	runtime.KeepAlive(c)
	if each > 420 {
		t.Errorf("%.0f bytes a job", each)
	}
	t.Logf("%.0f bytes a job", each)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
