package api

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"dubtop/api/exact"
)

// object is anything that is read by the names of its members.
type object interface{ members() []exact.Member }

// objectsOfTheWire returns a constructor for each object in answers.
func objectsOfTheWire() []func() object {
	return []func() object{
		func() object { return new(wireReason) },
		func() object { return new(Input) },
		func() object { return new(Provider) },
		func() object { return new(wireGeneration) },
		func() object { return new(wireCount) },
		func() object { return new(wireCosts) },
		func() object { return new(wireAmount) },
		func() object { return new(wireBatch) },
		func() object { return new(wireMetrics) },
		func() object { return new(wireVerdict) },
		func() object { return new(wireResult) },
		func() object { return new(wireResponse) },
		func() object { return new(wireAsset) },
		func() object { return new(wireAssets) },
		func() object { return new(wireTicket) },
		func() object { return new(wireModel) },
		func() object { return new(CodeHelp) },
		func() object { return new(Project) },
		func() object { return new(wireProjects) },
		func() object { return new(wireKey) },
		func() object { return new(wireUsage) },
		func() object { return new(wireFinished) },
		func() object { return new(wireVoice) },
		func() object { return new(wireVoices) },
		func() object { return new(wireTotal) },
		func() object { return new(wireError) },
	}
}

// TestEveryObjectIsWalked searches the source of the package for code that
// reads members. It ensures that no new object is missing above, and that none
// is read by Go's own decoder, which confuses similar names.
func TestEveryObjectIsWalked(t *testing.T) {
	var want, got []string
	for _, fresh := range objectsOfTheWire() {
		want = append(want, reflect.TypeOf(fresh()).Elem().Name())
	}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Name.Name == "members" {
					got = append(got, n.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name)
				}
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "json" && n.Sel.Name == "Unmarshal" {
					t.Errorf("%s uses json.Unmarshal: read by exact names", f.Name())
				}
			}
			return true
		})
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		t.Errorf("the source has\n%v, here are\n%v", got, want)
	}
}

// samples returns values such that each member can read at least one.
func samples() []string {
	return []string{
		`"a"`, `1.5`, `0.5`, `"https://h/x"`, `"2026-11-29T20:00:00Z"`, `{"message":"a"}`, `{"total_generations":1}`, `{"name":"a","id":"a"}`,
		`[{"id":"a"}]`, `true`,
	}
}

// read decodes some JSON into a new object.
func read(fresh func() object, json string) (object, error) {
	o := fresh()
	return o, exact.Decode([]byte(json), o.members())
}

// likenesses returns names so similar that a sloppy decoder accepts them.
func likenesses(name string) []string {
	var out []string
	for _, like := range []string{
		strings.ToUpper(name), strings.ToLower(name), strings.ToUpper(name[:1]) + name[1:], strings.ToLower(name[:1]) + strings.ToUpper(name[1:]),
		strings.ReplaceAll(name, "s", "\u017f"), strings.ReplaceAll(name, "k", "\u212a"), name + " ", " " + name, name + "\\u0000",
		strings.ReplaceAll(name, "_", ""), strings.ReplaceAll(name, "_", "-"),
	} {
		if like != name && !slices.Contains(out, like) {
			out = append(out, like)
		}
	}
	return out
}

func TestMembersAreReadByTheirExactNames(t *testing.T) {
	for _, fresh := range objectsOfTheWire() {
		members := fresh().members()
		for _, m := range members {
			sample := slices.IndexFunc(samples(), func(s string) bool {
				o, err := read(fresh, fmt.Sprintf(`{%q:%s}`, m.Name, s))
				return err == nil && !reflect.DeepEqual(o, fresh())
			})
			if sample < 0 {
				t.Errorf("%T does not read %s", fresh(), m.Name)
				continue
			}
			value := samples()[sample]
			for _, like := range likenesses(m.Name) {
				if slices.ContainsFunc(members, func(m exact.Member) bool { return m.Name == like }) {
					continue
				}
				if o, _ := read(fresh, fmt.Sprintf(`{"%s":%s}`, like, value)); !reflect.DeepEqual(o, fresh()) {
					t.Errorf("%T takes %q for %s", fresh(), like, m.Name)
				}
			}
			checkTwice(t, fresh, m, value)
		}
	}
}

// checkTwice repeats a member with the same value and with another. Where it
// matters that is an error; elsewhere the first value counts.
func checkTwice(t *testing.T, fresh func() object, m exact.Member, value string) {
	t.Helper()
	once, _ := read(fresh, fmt.Sprintf(`{%q:%s}`, m.Name, value))
	for _, second := range append(samples(), "null") {
		twice, err := read(fresh, fmt.Sprintf(`{%q:%s,%q:%s}`, m.Name, value, m.Name, second))
		if (err != nil) != m.Once {
			t.Errorf("%T says %s twice: %v", fresh(), m.Name, err)
		}
		if !reflect.DeepEqual(once, twice) {
			t.Errorf("%T: a second %s of %s changes it", fresh(), m.Name, second)
		}
	}
	for _, decisive := range []string{"id", "status", "cost", "outputurl", "outputmediaurl"} {
		plain := strings.ToLower(strings.ReplaceAll(m.Name, "_", ""))
		if plain == decisive && !m.Once {
			t.Errorf("%T may say %s twice", fresh(), m.Name)
		}
	}
}

// decisive returns the members that must not occur twice, with two values each.
func decisive() map[string][2]string {
	return map[string][2]string{
		"id":                  {`"x"`, `"y"`},
		"status":              {`"COMPLETED"`, `"FAILED"`},
		"outputUrl":           {`"https://h/1"`, `"https://h/2"`},
		"outputMediaUrl":      {`"https://h/1"`, `"https://h/2"`},
		"segmentOutputUrl":    {`"https://h/1"`, `"https://h/2"`},
		"synthesizedAudioUrl": {`"https://h/1"`, `"https://h/2"`},
	}
}

// TestContradictoryItemIsDropped puts a bad item of every kind into
// lists of good ones. The good ones must be returned and the bad one counted.
func TestContradictoryItemIsDropped(t *testing.T) {
	bad := []string{"null", "7", `"x"`, "[]", "{}", `{"ID":"x","status":"COMPLETED"}`}
	for name, v := range decisive() {
		rest := `"id":"x",`
		if name == "id" {
			rest = ""
		}
		bad = append(bad, fmt.Sprintf(`{%s%q:%s,%q:%s}`, rest, name, v[0], name, v[1]), fmt.Sprintf(`{%s%q:%s,"\u%04x%s":%s}`, rest, name, v[0], name[0], name[1:], v[0]))
	}
	for _, item := range bad {
		body := `[{"id":"a"},` + item + `,{"id":"b"}]`
		c, _ := newFake(t, says(200, body))
		ctx := Background(t.Context())
		page, err := c.Generations(ctx, GenerationQuery{Limit: 100}, nil)
		if err != nil || len(page.Items) != 2 || page.Skipped != 1 {
			t.Errorf("generations %s: %d and %d, %v", item, len(page.Items), page.Skipped, err)
		}
		if page, err = c.Generations(ctx, GenerationQuery{Limit: 3}, nil); err != nil || !page.More {
			t.Errorf("the page of %s counts as full: %v, %v", item, page.More, err)
		}
	}
	for _, item := range []string{"null", "7", "{}", `{"id":"x","id":"y"}`, `{"ID":"x"}`} {
		c, _ := newFake(t, says(200, `[{"id":"a"},`+item+`,{"id":"b"}]`))
		ctx := Background(t.Context())
		batches, err := c.Batches(ctx)
		if err != nil || len(batches.Items) != 2 || batches.Skipped != 1 {
			t.Errorf("batches %s: %+v, %v", item, batches, err)
		}
		assets, err := c.Assets(ctx, AssetQuery{})
		if err != nil || len(assets.Items) != 2 || assets.Skipped != 1 {
			t.Errorf("assets %s: %+v, %v", item, assets, err)
		}
		models, err := c.Models(ctx)
		if err != nil || len(models.Items) != 2 || models.Skipped != 1 {
			t.Errorf("models %s: %+v, %v", item, models, err)
		}
		// An unreadable part of a price is part of the price too.
		c, _ = newFake(t, says(200, `[{"estimatedGenerationCost":1},`+item+`]`))
		if e, err := c.Estimate(ctx, EstimateRequest{Model: "m", Duration: 1}); err == nil && e.Cost != nil {
			t.Errorf("estimate %s: %v", item, e.Cost)
		}
	}
}

// TestOtherMembersMayRepeat expects the first value.
func TestOtherMembersMayRepeat(t *testing.T) {
	c, _ := newFake(t, says(200, `{"id":"a","model":"one","model":"two","MODEL":"three","error":"first","error":"second","outputFileName":null,"outputFileName":"x"}`))
	g, err := c.Generation(t.Context(), "a", GenerationDetails{})
	if err != nil || g.Model != "one" || g.Error != "first" || g.OutputFileName != "" {
		t.Errorf("%+v, %v", g, err)
	}
}

// TestContradictoryAnswerIsAnError asks for one thing and is told two.
func TestContradictoryAnswerIsAnError(t *testing.T) {
	for name, v := range decisive() {
		body := fmt.Sprintf(`{%q:%s,%q:%s}`, name, v[0], name, v[1])
		if name != "id" {
			body = `{"id":"x",` + body[1:]
		}
		c, f := newFake(t, says(200, body))
		ctx := Background(t.Context())
		_, err := c.Generation(ctx, "x", GenerationDetails{})
		wantKind(t, err, KindNotAPI)
		_, err = c.CreateGeneration(ctx, Paid{IdempotencyKey: "k", Body: []byte("{}")})
		if OutcomeOf(err) != Unknown || !strings.Contains(fmt.Sprint(err), "may have been accepted") {
			t.Errorf("%s: %v, %v", body, OutcomeOf(err), err)
		}
		if name == "id" || name == "status" || name == "outputUrl" {
			_, err = c.Batch(ctx, "x")
			wantKind(t, err, KindNotAPI)
			_, err = c.CreateBatch(ctx, Paid{IdempotencyKey: "k", Body: []byte("{}")})
			if OutcomeOf(err) != Unknown {
				t.Errorf("%s: %v, %v", body, OutcomeOf(err), err)
			}
		}
		posts := 0
		for _, r := range f.requests() {
			if r.Method == "POST" {
				posts++
			}
		}
		if posts > 2 {
			t.Errorf("%s was sent %d times", body, posts)
		}
	}
	for _, ask := range []struct {
		body string
		call func(context.Context, *Client) error
	}{
		{`{"totalCostUsd":1,"totalCostUsd":2}`, func(ctx context.Context, c *Client) error { _, err := c.Costs(ctx, "a"); return err }},
		{`{"estimatedGenerationCost":1,"estimatedGenerationCost":2}`, func(ctx context.Context, c *Client) error {
			_, err := c.Estimate(ctx, EstimateRequest{Model: "m", Duration: 1})
			return err
		}},
		{`{"id":"a","id":"a"}`, func(ctx context.Context, c *Client) error { _, err := c.Asset(ctx, "a"); return err }},
		{`{"status":"valid","status":"invalid"}`, func(ctx context.Context, c *Client) error { return c.ValidateBatch(ctx, []byte("{}")) }},
	} {
		c, _ := newFake(t, says(200, ask.body))
		wantKind(t, ask.call(Background(t.Context()), c), KindNotAPI)
	}
	c, _ := newFake(t, says(200, `{"id":"b1","id":"b2"}`))
	if err := c.ValidateBatch(t.Context(), []byte("{}")); err == nil || !strings.Contains(err.Error(), "created b1") {
		t.Errorf("a dry run that made two batches: %v", err)
	}
}

// TestLeadToTwoJobsIsIgnored reads an error that names two jobs.
func TestLeadToTwoJobsIsIgnored(t *testing.T) {
	c, _ := newFake(t, says(503, `{"message":"x","errorCode":"IDEMPOTENCY_OUTCOME_UNKNOWN","generationId":"a","generationId":"b"}`))
	_, err := c.CreateGeneration(t.Context(), Paid{IdempotencyKey: "k", Body: []byte("{}")})
	if e := err.(*Error); e.Generation != "" || OutcomeOf(err) != Unknown || e.Message != "x" {
		t.Errorf("%+v", e)
	}
}

// TestContradictoryResultLine loses the job in that line, not the
// whole file.
func TestContradictoryResultLine(t *testing.T) {
	for _, line := range []string{
		`{"request_id":"v2","response":{"id":"g1","id":"g2"}}`,
		`{"request_id":"v2","response":{"id":"g1","outputUrl":"https://h/1","outputUrl":"https://h/2"}}`,
		`{"request_id":"v2","response":{"body":{"id":"g1"},"body":{"id":"g2"}}}`,
		`{"request_id":"v2","response":{"id":"g1"},"response":{"id":"g2"}}`,
	} {
		c, _ := newFake(t, says(200, `{"request_id":"v1","response":{"id":"g0"}}`+"\n"+line+"\n"))
		got, err := c.BatchResults(t.Context(), Batch{Output: ParseURL("https://storage.example/r")})
		if err != nil || len(got) != 2 || got[0].Generation.ID != "g0" {
			t.Fatalf("%s: %+v, %v", line, got, err)
		}
		if r := got[1]; r.RequestID != "v2" || r.Generation.ID != "" || r.Error == "" {
			t.Errorf("%s: %+v", line, r)
		}
	}
}
