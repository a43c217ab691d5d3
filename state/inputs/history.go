package inputs

import (
	"context"
	"fmt"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
	"dubtop/state/jobset"
)

// History looks through the jobs of an account for copies of rows, which were
// perhaps made on another machine.
type History struct {
	Client *api.Client
	Home   string
	Ours   func(api.ID) bool // jobs that are known here, and are compared in another way
}

// Twin is a row and the job that is likely a copy of it.
type Twin struct {
	Row     *jobset.Row
	Job     api.ID
	Created time.Time
}

// historyPages limits the search to that many pages of a hundred jobs.
const historyPages = 1000

// Twins returns the rows that a job of the account is a likely copy of, with the
// newest such job: it has the same model and the same inputs, under any options,
// which servers fill in; or the same model and output name, if the row has files
// of this machine, which have other names there. Jobs that failed don't count.
func (h History) Twins(ctx context.Context, rows []*jobset.Row) (twins []Twin, err error) {
	wanted := make(map[string][]*jobset.Row)
	for _, r := range rows {
		if likeness := likenessOf(&r.Draft, h.Home); likeness != "" {
			wanted[likeness] = append(wanted[likeness], r)
		}
	}
	keep := func(jobs []api.Generation) {
		for i := range jobs {
			if g := &jobs[i]; !g.Status.Troubled() && !h.Ours(g.ID) {
				twins = append(twins, h.take(wanted, g)...)
			}
		}
	}
	ctx = api.Background(ctx)
	q := api.GenerationQuery{Limit: 100}
	for range historyPages {
		page, err := h.Client.Generations(ctx, q, keep)
		if err != nil {
			return nil, err
		}
		keep(page.Items)
		if !page.More || page.Whole || len(page.Items) == 0 || len(wanted) == 0 {
			return twins, nil
		}
		q.Cursor = page.Items[len(page.Items)-1].ID
	}
	return nil, fmt.Errorf("it has more than %d jobs", 100*historyPages)
}

// take removes the rows that a job is a likely copy of from those wanted.
func (h History) take(wanted map[string][]*jobset.Row, g *api.Generation) (twins []Twin) {
	d, _ := draft.FromJob(*g)
	for _, likeness := range []string{likenessOf(&d, h.Home), nameLikeness(&d)} {
		for _, r := range wanted[likeness] {
			twins = append(twins, Twin{r, g.ID, g.CreatedAt.Time})
		}
		delete(wanted, likeness)
	}
	return twins
}

// likenessOf is equal for jobs that are likely copies, "" if nothing tells.
func likenessOf(d *draft.Draft, home string) string {
	if len(d.LocalFields(home)) > 0 {
		return nameLikeness(d)
	}
	parts := []string{"inputs", d.Model, draft.UnsignedMedia(strings.TrimSpace(d.Visual)), draft.UnsignedMedia(strings.TrimSpace(d.Audio)), strings.TrimSpace(d.Script)}
	return strings.Join(parts, "\x00")
}

// nameLikeness is the same for jobs that are told apart by their names alone.
func nameLikeness(d *draft.Draft) string {
	name := strings.TrimSpace(d.OutputFileName)
	if name == "" {
		return ""
	}
	return strings.Join([]string{"name", d.Model, name}, "\x00")
}
