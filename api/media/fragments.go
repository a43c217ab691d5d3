package media

import (
	"math/bits"

	"github.com/abema/go-mp4"
)

// fragment is a run of samples of one track (a traf box) of a movie that was
// written piece by piece, as streams and many recorders write it.
type fragment struct {
	track    uint32
	each     uint32 // ticks of a sample that has no length of its own
	begins   uint64
	placed   bool // begins is known
	duration uint64
	samples  uint64
}

// readFragment reads a box about fragments.
func (m *movie) readFragment(path string, body, end int64) error {
	f := &m.fragment
	switch path {
	case "moov/mvex/trex":
		var defaults mp4.Trex
		err := m.decode(&defaults, body, end)
		if m.defaults == nil {
			m.defaults = map[uint32]uint32{}
		}
		if len(m.defaults) < maxTracks {
			m.defaults[defaults.TrackID] = defaults.DefaultSampleDuration
		}
		return err
	case "moof/traf/tfhd":
		var header mp4.Tfhd
		err := m.decode(&header, body, end)
		f.track, f.each = header.TrackID, m.defaults[header.TrackID]
		if header.CheckFlag(mp4.TfhdDefaultSampleDurationPresent) {
			f.each = header.DefaultSampleDuration
		}
		return err
	case "moof/traf/tfdt":
		var time mp4.Tfdt
		err := m.decode(&time, body, end)
		f.begins, f.placed = time.GetBaseMediaDecodeTime(), true
		return err
	}
	return m.readRun(body, end)
}

// readRun adds up the samples of a trun box: after eight bytes and the optional
// fields of the box, every sample has up to four fields, its duration first. It
// is not left to go-mp4, which would make a list as long as the box claims.
func (m *movie) readRun(body, end int64) error {
	const offset, firstFlags, duration, perSample = 0x1, 0x4, 0x100, 0xf00
	if end-body < 8 || end-body > maxBox {
		return ErrDamaged
	}
	run, err := m.source.bytes(body, int(end-body))
	if err != nil {
		return err
	}
	flags, count := bigEndian(run[1:4]), bigEndian(run[4:8])
	m.fragment.samples += count
	if flags&duration == 0 {
		m.fragment.duration += count * uint64(m.fragment.each)
		return nil
	}
	at, stride := 8+4*bits.OnesCount64(flags&(offset|firstFlags)), 4*bits.OnesCount64(flags&perSample)
	if uint64(len(run)) < uint64(at)+count*uint64(stride) {
		return ErrDamaged
	}
	for range count {
		m.fragment.duration += bigEndian(run[at : at+4])
		at += stride
	}
	return nil
}

// addFragment moves the end of a fragment's track.
func (m *movie) addFragment() {
	for i := range m.tracks {
		t, f := &m.tracks[i], m.fragment
		if t.id != f.track {
			continue
		}
		begins := t.end
		if f.placed {
			begins = f.begins
		}
		t.end = max(t.end, begins+f.duration)
		t.samples += f.samples
	}
}

// readIndex adds up the pieces of a segment index. If it covers the rest of the
// file, the fragments need not be read; some writers put one before every
// fragment, and that says nothing about the whole.
func (m *movie) readIndex(body, end int64) error {
	var index mp4.Sidx
	if err := m.decode(&index, body, end); err != nil {
		return err
	}
	duration, covered := uint64(0), float64(end)+float64(index.GetFirstOffset())
	for _, reference := range index.References {
		duration += uint64(reference.SubsegmentDuration)
		covered += float64(reference.ReferencedSize)
	}
	if m.source.sized() && covered+maxBox >= float64(m.source.size) {
		m.indexed = ticks(duration, index.Timescale)
		m.done = m.described && m.indexed > 0
	}
	return nil
}
