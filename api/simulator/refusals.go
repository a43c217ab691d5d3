package simulator

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// refusal returns why a well-formed creation is refused, or nil.
func (s *Server) refusal(c *creation, uploads []*asset) *failure {
	for _, check := range []func() *failure{
		func() *failure { return c.visualRefusal() },
		func() *failure { return c.audioRefusal() },
		func() *failure { return c.segmentRefusal() },
		func() *failure { return s.assetRefusal(c, uploads) },
		func() *failure { return c.linkRefusal() },
		func() *failure { return s.projectRefusal(c) },
	} {
		if f := check(); f != nil {
			return f
		}
	}
	return s.lengthRefusal(c, s.outputSeconds(c, uploads))
}

// visualRefusal requires exactly one video or image, and a model that accepts
// it.
func (c *creation) visualRefusal() *failure {
	var visuals []input
	for _, in := range c.Input {
		if in.visual() {
			visuals = append(visuals, in)
		}
	}
	switch {
	case len(visuals) > 1:
		return unprocessable("generation_input_too_many_visual", "Only one video or image input is allowed")
	case len(visuals) == 0:
		return refuse(http.StatusBadRequest, "generation_input_validation_failed", "A video or image input is required")
	case visuals[0].Type == "image" && c.Model != "sync-3":
		return refuse(http.StatusBadRequest, "generation_unsupported_model", "Image input is not supported by "+c.Model).
			advising("Use sync-3 for image input.")
	case visuals[0].Type == "image" && c.detectsSpeakers():
		return unprocessable("generation_input_face_selection_invalid", "auto_detect needs a video")
	}
	return nil
}

func (c *creation) detectsSpeakers() bool {
	var o struct {
		Detection struct {
			Auto bool `json:"auto_detect"`
		} `json:"active_speaker_detection"`
	}
	return len(c.Options) > 0 && json.Unmarshal(c.Options, &o) == nil && o.Detection.Auto
}

// audioRefusal requires one audio or text input: several only with segments,
// none with dubbing.
func (c *creation) audioRefusal() *failure {
	audible := 0
	for _, in := range c.Input {
		if !in.visual() {
			audible++
		}
	}
	switch {
	case c.Dubbed && audible > 0:
		return unprocessable("generation_input_dub_audio_conflict", "dubParams cannot be combined with audio or text input")
	case c.Dubbed:
		return nil
	case audible == 0:
		return refuse(http.StatusBadRequest, "generation_input_validation_failed", "An audio or text input is required")
	case audible > 1 && len(c.refs) == 0:
		return unprocessable("generation_input_segments_invalid", "Several audio inputs need segments")
	}
	return nil
}

// segmentRefusal requires every segment to name one of the audio inputs.
func (c *creation) segmentRefusal() *failure {
	var known []string
	for _, in := range c.Input {
		if in.visual() || in.RefID == "" {
			continue
		}
		if slices.Contains(known, in.RefID) {
			return unprocessable("generation_input_segments_invalid", "refId "+in.RefID+" is used twice")
		}
		known = append(known, in.RefID)
	}
	for _, ref := range c.refs {
		if !slices.Contains(known, ref) {
			return unprocessable("generation_input_segments_invalid", "A segment names an unknown refId")
		}
	}
	return nil
}

// assetRefusal requires assets to exist and to be of the right kind.
func (s *Server) assetRefusal(c *creation, uploads []*asset) *failure {
	for _, in := range c.Input {
		if in.AssetID == "" {
			continue
		}
		a := s.assetOf(in.AssetID, uploads)
		if a == nil {
			return refuse(http.StatusNotFound, "asset_not_found", "Asset not found")
		}
		if !strings.EqualFold(a.Type, in.Type) {
			return unprocessable("generation_input_asset_type_mismatch", "The asset is not of type "+in.Type)
		}
	}
	return nil
}

// linkRefusal imitates probing links without a network: all links can be
// fetched except those to private.example.com and *.invalid.
func (c *creation) linkRefusal() *failure {
	for _, in := range c.Input {
		u, err := url.Parse(in.URL)
		if err != nil || in.URL == "" {
			continue
		}
		if host := u.Hostname(); host == "private.example.com" || strings.HasSuffix(host, ".invalid") {
			f := unprocessable("generation_input_"+in.Type+"_inaccessible", "The provided "+in.Type+" URL is inaccessible.")
			f.Reason = "" // observed without a reason
			return f.advising("Use a public URL or upload the file as an asset.")
		}
	}
	return nil
}

// projectRefusal requires the project to be one of the account's.
func (s *Server) projectRefusal(c *creation) *failure {
	if c.ProjectID == "" || s.project(c.ProjectID) != nil {
		return nil
	}
	f := unprocessable("project_not_found", "Project not found")
	f.Field = "projectId"
	return f
}

// lengthRefusal requires the output to fit the limits of model and plan.
func (s *Server) lengthRefusal(c *creation, seconds float64) *failure {
	most := s.opts.Plan.MaxSeconds()
	if s.opts.Plan == Free && c.Model == "sync-3" {
		most = 15
	}
	switch {
	case c.Model == "react-1" && seconds > 15:
		return unprocessable("generation_model_duration_exceeded", "react-1 takes up to 15 seconds").
			advising("Use a shorter input or lipsync-2.")
	case seconds > most:
		return refuse(http.StatusPaymentRequired, "generation_plan_duration_exceeded",
			"The generation would be longer than your plan allows").advising("Upgrade the plan.")
	}
	return nil
}

func unprocessable(code, message string) *failure {
	return refuse(http.StatusUnprocessableEntity, code, message)
}
