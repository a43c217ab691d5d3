package mp4

import (
	"math"
	"math/bits"

	gomp4 "github.com/abema/go-mp4"

	"dubtop/api/media/file"
)

// fragment is a run of samples of one track (a traf box) in a movie that was
// written in fragments, as streams and many recorders do.
type fragment struct {
	track *track // nil if the movie does not describe the track
	each  uint32 // ticks of a sample without a length of its own
	at    float64
	timed bool // it says when it begins
}

// begin prepares the tracks for fragments, which continue where the samples
// described by the movie itself end.
func (m *movie) begin() error {
	if !m.fragmented {
		return nil
	}
	for _, t := range m.tracks {
		if t.samples == 0 {
			t.counted = true
			continue
		}
		err := m.runs(t, func(r run) {
			t.spread.add(r.begins, r.end())
			t.total += r.each * r.count
		})
		if err != nil {
			return err
		}
		t.next = t.total
	}
	return nil
}

// readFragment reads a box that belongs to fragments.
func (m *movie) readFragment(path string, body, end int64) error {
	f := &m.piece
	switch path {
	case "moov/mvex/trex":
		var defaults gomp4.Trex
		err := m.decode(&defaults, body, end)
		if len(m.defaults) < maxTracks {
			m.defaults[defaults.TrackID] = defaults.DefaultSampleDuration
		}
		return err
	case "moof/traf/tfhd":
		var header gomp4.Tfhd
		err := m.decode(&header, body, end)
		f.each = m.defaults[header.TrackID]
		if header.CheckFlag(gomp4.TfhdDefaultSampleDurationPresent) {
			f.each = header.DefaultSampleDuration
		}
		for _, t := range m.tracks {
			if t.id == header.TrackID {
				f.track, f.at = t, t.next
				break
			}
		}
		return err
	case "moof/traf/tfdt":
		var time gomp4.Tfdt
		err := m.decode(&time, body, end)
		f.at, f.timed = float64(time.GetBaseMediaDecodeTime()), true
		return err
	}
	return m.readRun(body, end)
}

// readRun adds the samples of a trun box. After eight bytes and the optional
// fields of the box, each sample has up to four fields: its duration first and
// its offset last. go-mp4 would build a list as long as the box claims, so it
// is not used here.
func (m *movie) readRun(body, end int64) error {
	const dataOffset, firstFlags, duration, offset, perSample = 0x1, 0x4, 0x100, 0x800, 0xf00
	head, err := m.source.Bytes(body, 8)
	if err != nil || m.piece.track == nil {
		return err
	}
	flags, count := file.BigEndian(head[1:4]), int64(file.BigEndian(head[4:8]))
	at := body + 8 + 4*int64(bits.OnesCount64(flags&(dataOffset|firstFlags)))
	stride := 4 * bits.OnesCount64(flags&perSample)
	if at > end || count*int64(stride) > end-at {
		return file.ErrDamaged
	}
	m.piece.track.samples += uint64(count)
	if flags&(duration|offset) == 0 {
		m.piece.add(float64(count)*float64(m.piece.each), 0)
		return nil
	}
	samples := stream{source: m.source, at: at, end: at + count*int64(stride)}
	for range count {
		sample, err := samples.next(stride)
		if err != nil {
			return err
		}
		length, shift := float64(m.piece.each), 0.0
		if flags&duration != 0 {
			length = float64(file.BigEndian(sample[:4]))
		}
		if flags&offset != 0 {
			shift = float64(int32(file.BigEndian(sample[stride-4:])))
		}
		m.piece.add(length, shift)
	}
	return nil
}

// add advances by length ticks, whose samples are shown shift ticks later.
func (f *fragment) add(length, shift float64) {
	f.track.spread.add(f.at+shift, f.at+shift+length)
	f.track.total += length
	f.at += length
}

// finishPiece notes where the track's next fragment begins.
func (m *movie) finishPiece() {
	if t := m.piece.track; t != nil {
		t.next = m.piece.at
		m.lost = m.lost || m.leapt && !m.piece.timed
	}
}

// joined returns the length of a fragmented track. If its samples add up to
// more or less than the time from first to last, they overlap or leave gaps,
// and decoders treat that differently.
func (t *track) joined(edits []edit) (seconds, within float64) {
	scale := float64(t.timescale)
	seconds = (t.spread.last - t.spread.first) / scale
	if t.total > 0 && t.samples > 0 {
		sum := t.total / scale
		if off := math.Abs(sum - seconds); off > precision+sum/float64(t.samples) {
			seconds, within = max(sum, seconds), off
		}
	}
	for _, e := range edits {
		if e.from >= 0 { // sound needs a start-up that is not heard
			seconds -= max(0, e.from-t.spread.first) / scale
			break
		}
	}
	return seconds, within
}
