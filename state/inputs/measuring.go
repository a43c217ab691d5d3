package inputs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
	"dubtop/state/jobset"
)

// Measuring measures the files of a job set in the background, each once,
// several at a time, and judges each row as soon as its files are measured.
type Measuring struct {
	Client *api.Client
	Env    draft.CheckEnv
	Assets map[string]Asset // known assets, by id
	Known  *Findings
	Plan   api.Plan // of the account, which limits the length of a job; zero if unknown

	looks  *Looks
	cancel context.CancelFunc
	mu     sync.Mutex
	judged []jobset.Row
	some   chan struct{} // holds a token when there are judged rows, closed at the end
	inputs map[input][]int
	files  int
	done   int
}

// input is a file that rows wait for.
type input struct {
	draft.Source
	kind, name string
}

// measuredAtOnce limits the local files and the assets that are looked at
// concurrently.
const measuredAtOnce = 4

// gather is how long results are collected before they are handed out.
const gather = 50 * time.Millisecond

// Start measures the files of the rows, which must be copies. [Measuring.Next]
// returns them. Failures that are remembered are tried again.
func (m *Measuring) Start(rows []jobset.Row) {
	var ctx context.Context
	ctx, m.cancel = context.WithCancel(context.Background())
	m.looks = NewLooks(m.Client)
	m.some = make(chan struct{}, 1)
	m.inputs = make(map[input][]int)
	m.Known.forgetFailures()
	waits := make([]int, len(rows)) // number of inputs a row waits for
	for i := range rows {
		for _, in := range m.inputsOf(&rows[i].Draft) {
			if !slices.Contains(m.inputs[in], i) {
				m.inputs[in] = append(m.inputs[in], i)
				waits[i]++
			}
		}
	}
	m.files = len(m.inputs)
	go m.run(ctx, rows, waits)
}

// Stop ends the work. Rows already judged can still be fetched.
func (m *Measuring) Stop() { m.cancel() }

// Progress returns how many of the files are measured.
func (m *Measuring) Progress() (done, all int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.done, m.files
}

// Next waits for judged rows and returns them; more is false after the last.
func (m *Measuring) Next() (rows []jobset.Row, more bool) {
	_, more = <-m.some
	if more {
		time.Sleep(gather)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	rows, m.judged = m.judged, nil
	return rows, more
}

// inputsOf returns the files of a draft that have to be measured.
func (m *Measuring) inputsOf(d *draft.Draft) (inputs []input) {
	p := Pricing{Draft: *d, Env: m.Env, Known: m.Known}
	for _, field := range d.MediaFields() {
		found, err := draft.ParseMedia(d.Media(field), m.Env.Home)
		if err != nil {
			continue
		}
		in := input{found.Source, p.wanted(field).String(), found.URL + found.AssetID + found.Path}
		if _, known := m.Assets[found.AssetID]; found.Source != draft.SourceNone && !known {
			inputs = append(inputs, in)
		}
	}
	return inputs
}

// run measures everything and judges the rows.
func (m *Measuring) run(ctx context.Context, rows []jobset.Row, waits []int) {
	defer close(m.some)
	var mu sync.Mutex
	measured := func(in input) {
		if ctx.Err() != nil {
			return
		}
		mu.Lock()
		var ready []int
		for _, i := range m.inputs[in] {
			if waits[i]--; waits[i] == 0 {
				ready = append(ready, i)
			}
		}
		mu.Unlock()
		m.mu.Lock()
		m.done++
		m.mu.Unlock()
		for _, i := range ready {
			m.hand(ctx, &rows[i])
		}
	}
	for i := range rows {
		if waits[i] == 0 {
			m.hand(ctx, &rows[i])
		}
	}
	var links []Link
	local := make(chan input, len(m.inputs))
	for in := range m.inputs {
		if in.Source != draft.SourceURL {
			local <- in
			continue
		}
		links = append(links, Link{in.kind, in.name})
	}
	close(local)
	var wait sync.WaitGroup
	wait.Go(func() {
		m.looks.Each(ctx, links, func(l Link, f draft.Finding) {
			m.Known.keepLink(l, f)
			measured(input{draft.SourceURL, l.Kind, l.URL})
		})
	})
	for range measuredAtOnce {
		wait.Go(func() {
			for in := range local {
				m.measure(ctx, in)
				measured(in)
			}
		})
	}
	wait.Wait()
}

// measure looks at a local file or an asset, which is then known.
func (m *Measuring) measure(ctx context.Context, in input) {
	if ctx.Err() != nil {
		return
	}
	if in.Source == draft.SourceFile {
		_, _, _ = m.Known.file(ctx, in.name, Wanted(in.kind)) // the judge gets it from there
		return
	}
	if x, err := m.Client.Asset(ctx, api.ID(in.name)); err == nil {
		m.Known.keepAsset(in.name, assetOf(x))
	}
}

// hand judges a row and hands it out.
func (m *Measuring) hand(ctx context.Context, r *jobset.Row) {
	r.Measure(m.judge(ctx, r))
	if ctx.Err() != nil {
		return
	}
	m.mu.Lock()
	m.judged = append(m.judged, *r)
	m.mu.Unlock()
	select {
	case m.some <- struct{}{}:
	default:
	}
}

// judge sums up the findings about a row whose files are all known.
func (m *Measuring) judge(ctx context.Context, r *jobset.Row) (found jobset.Measured) {
	found.Done = true
	if r.Trouble != "" || r.Fault != "" {
		return found
	}
	p := Pricing{Draft: r.Draft, Env: m.Env, Known: m.Known, Looks: m.looks, Assets: knownAssets(&r.Draft, m.Env.Home, m.Assets, m.Known)}
	p.prepare(ctx, m.Client)
	inputs, err := p.measure(ctx, m.Client)
	if refused, final := errors.AsType[RefusedInput](err); final {
		found.Fault = string(refused)
		return found
	}
	if err != nil {
		found.Doubt = err.Error()
		return found
	}
	found.Video, found.About = inputs[0].Seconds, inputs[0].Within > 0
	if len(inputs) > 1 {
		found.Audio, found.About = inputs[1].Seconds, found.About || inputs[1].Within > 0 || inputs[1].Kind == "script"
	}
	found.Output, _ = p.output(inputs)
	found.About = found.About || len(r.Draft.Segments) > 0
	for _, problem := range r.Draft.Problems(p.Env) {
		if problem.Blocks() {
			found.Fault = problem.Words
			return found
		}
	}
	found.Doubt = m.doubt(r, inputs, found.Output)
	found.Note = notes(r, inputs)
	return found
}

// knownAssets returns the known facts about the assets of a draft: those given,
// and those found out.
func knownAssets(d *draft.Draft, home string, given map[string]Asset, known *Findings) map[string]Asset {
	found := map[string]Asset{}
	for _, id := range d.AssetIDs(home) {
		x, ok := given[id]
		if !ok {
			x, ok = known.asset(id)
		}
		if ok {
			found[id] = x
		}
	}
	return found
}

// doubt says why a job would probably fail, "" if nothing tells so.
func (m *Measuring) doubt(r *jobset.Row, inputs []Input, seconds float64) string {
	var end draft.LinkEnd
	for i := range inputs {
		if in := &inputs[i]; in.Broken {
			return in.Kind + ": " + in.Warn
		}
	}
	for _, field := range r.Draft.MediaFields() {
		kind := "audio"
		if field == draft.FieldVisual {
			kind = "video"
		}
		end = end.First([]api.CreateInput{{Type: kind, URL: strings.TrimSpace(r.Draft.Media(field))}}, 0)
	}
	now := time.Now()
	if t, ok := m.Client.ServerTime(now); ok {
		now = t
	}
	if words := end.Short(now); words != "" {
		return words
	}
	if p := m.Plan; p.Longest > 0 && seconds > p.Longest.Seconds() {
		return fmt.Sprintf("it lasts %s, and the %s takes up to %s", draft.Length(seconds), strings.TrimSpace(p.Name+" plan"), draft.Length(p.Longest.Seconds()))
	}
	return ""
}

// notes returns the remarks about a row's inputs.
func notes(r *jobset.Row, inputs []Input) string {
	var words []string
	for i := range inputs {
		if in := &inputs[i]; in.Warn != "" {
			words = append(words, in.Kind+": "+in.Warn)
		}
	}
	if inputs[0].Kind != "image" && len(inputs) == 2 && len(r.Draft.Segments) == 0 {
		if apart := draft.LengthsApart(r.Draft.SyncMode(), inputs[0].Seconds, inputs[1].Seconds); apart != "" {
			words = append(words, apart)
		}
	}
	return strings.Join(words, "; ")
}
