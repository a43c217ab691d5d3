// Package take finds and compares takes: jobs that were made from the same video
// and sound. It knows stacks of takes, and what differs between two of them. It
// never reads a clock, a file or the network, and knows no account.
package take

import (
	"crypto/sha256"
	"encoding/binary"

	"dubtop/api"
	"dubtop/state/draft"
)

// Key tells what a job was made from: its video or image and its sound, under
// any model and options. 0 means that it is not known.
type Key int64

// KeyOf returns the key of a job. Links are compared without their signatures,
// which differ each time, and assets by their ids.
func KeyOf(g *api.Generation) Key {
	var h hasher
	dubbing := ""
	if !draft.Blank(draft.Decoded(g.DubParams)) {
		dubbing = string(g.DubParams)
	}
	visual, sound := false, dubbing != ""
	for i := range g.Input {
		in := &g.Input[i]
		switch in.Type {
		case "video", "image":
			visual = true
			h.media(in)
		case "audio":
			sound = true
			h.media(in)
		case "text":
			sound = true
			h.script(in.Provider)
		}
	}
	h.add("dub", dubbing)
	if h.unknown || !visual || !sound {
		return 0
	}
	sum := sha256.Sum256(h.told)
	return Key(binary.BigEndian.Uint64(sum[:])>>1 + 1)
}

// hasher collects what a job was made from, to be hashed at once: most of it is
// shorter than a few blocks.
type hasher struct {
	told    []byte
	unknown bool // some of it can't be told
}

// add adds texts with their lengths, so that no two lists have the same bytes.
func (h *hasher) add(parts ...string) {
	for _, part := range parts {
		h.told = binary.BigEndian.AppendUint64(h.told, uint64(len(part)))
		h.told = append(h.told, part...)
	}
}

func (h *hasher) media(in *api.Input) {
	if in.AssetID != "" {
		h.add(string(in.Type), draft.AssetPrefix, string(in.AssetID))
		return
	}
	link, err := in.URL.Link()
	if err != nil {
		h.unknown = true
		return
	}
	h.add(string(in.Type), "", draft.Unsigned(link))
}

func (h *hasher) script(p *api.Provider) {
	if p == nil {
		h.unknown = true
		return
	}
	h.add("text", string(p.VoiceID), string(p.Script))
}
