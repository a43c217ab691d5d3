package outbox

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
)

func TestDraftOfASubmission(t *testing.T) {
	s := submissionIn(t, SubmissionUnknown)
	s.Draft.Unknown, s.Draft.Options = "maybe paid", map[string]string{"sync_mode": "loop"}
	d := DraftOf(&s)
	if d.ID != "" || d.Unknown != "" || !d.UpdatedAt.IsZero() || d.Visual != s.Draft.Visual {
		t.Errorf("draft %+v", d)
	}
	d.Options["sync_mode"] = "remap"
	if s.Draft.Options["sync_mode"] != "loop" {
		t.Error("the submission changed with the draft")
	}
}

func TestPriceDifference(t *testing.T) {
	if more, ok := PriceDifference(dollars(300), Cost{Amount: 500, Kind: CostDerived}); !ok || more != -200 {
		t.Error(more, ok)
	}
	for _, unknown := range []func() (api.Micros, bool){
		func() (api.Micros, bool) { return PriceDifference(Price{}, Cost{Amount: 5, Kind: CostActual}) },
		func() (api.Micros, bool) { return PriceDifference(dollars(5), Cost{}) },
	} {
		if more, ok := unknown(); ok {
			t.Errorf("%d is known", more)
		}
	}
}

func TestTwinHasTheOthersPrice(t *testing.T) {
	s := submissionIn(t, SubmissionEstimated)
	s.Files = []draft.File{{Field: "video", Path: "/a.mp4", Size: 3, SHA256: "abc"}}
	d := s.Draft.Clone()
	d.OutputFileName = "another_name"
	env := desk()
	env.Now = noon.Add(time.Hour)
	twin, err := s.Twin("twin", d, env)
	if err != nil || twin.ID != "twin" || twin.State != SubmissionEstimated || !reflect.DeepEqual(twin.Price, s.Price) {
		t.Fatalf("%+v (%v)", twin, err)
	}
	if !slices.Equal(twin.Files, s.Files) || !strings.Contains(string(twin.Body), "another_name") || twin.IdempotencyKey != "" {
		t.Errorf("%+v", twin)
	}
	d.Model = "lipsync-2-pro"
	if _, err := s.Twin("twin", d, env); !errors.Is(err, ErrTransition) {
		t.Errorf("another model has the same price: %v", err)
	}
	unpriced := submissionIn(t, SubmissionDraft)
	if _, err := unpriced.Twin("twin", unpriced.Draft, env); !errors.Is(err, ErrTransition) {
		t.Errorf("a price out of nothing: %v", err)
	}
}
