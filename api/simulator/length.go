package simulator

import (
	"encoding/json"
	"unicode/utf8"
)

// speechRate is the number of characters spoken per second.
const speechRate = 15

// inputSeconds returns the length of an input, 0 for an image.
func (s *Server) inputSeconds(in input, uploads []*asset) float64 {
	switch {
	case in.Type == "text" && in.Provider != nil:
		return max(1, float64(utf8.RuneCountInString(in.Provider.Script))/speechRate)
	case in.AssetID != "":
		if a := s.assetOf(in.AssetID, uploads); a != nil && a.Seconds > 0 {
			return a.Seconds
		}
		return lengthOf(in.AssetID)
	default:
		return lengthOf(in.URL)
	}
}

// outputSeconds returns the length of the output. sync_mode decides between
// video and audio (https://sync.so/docs/api-reference).
func (s *Server) outputSeconds(c *creation, uploads []*asset) float64 {
	var video, audio float64
	image := false
	for _, in := range c.Input {
		switch {
		case in.Type == "image":
			image = true
		case in.visual():
			video = s.inputSeconds(in, uploads)
		default:
			audio += s.inputSeconds(in, uploads)
		}
	}
	var o options
	if len(c.Options) > 0 {
		_ = json.Unmarshal(c.Options, &o) // already validated
	}
	switch {
	case image:
		return wholeFrames(audio)
	case c.Dubbed, len(c.refs) > 0:
		return wholeFrames(video)
	case o.SyncMode == "silence":
		return wholeFrames(max(video, audio))
	case o.SyncMode == "cut_off":
		return wholeFrames(min(video, audio))
	default:
		return wholeFrames(audio)
	}
}
