package mp4

import (
	"math"
	"slices"

	gomp4 "github.com/abema/go-mp4"

	"dubtop/api/media/file"
)

// track is one track of a movie.
type track struct {
	id       uint32
	handler  string // "vide", "soun", …
	codec    string // sample format: "avc1", "mp4a", …
	disabled bool

	timescale     uint32
	duration      uint64 // ticks, as claimed by the header
	width, height int

	counted bool // samples is known
	samples uint64
	// The positions of three tables: sample durations, composition offsets, and
	// edits.
	lengths, offsets, edits span
	lastChunk               int64 // offset of the last chunk; 0 if unknown
	chunkCount              uint64
	chunks, sizes           span // samples per chunk, and bytes per sample

	// Totals of the fragments, in ticks.
	spread extent
	total  float64 // sum of the samples, without gaps
	next   float64 // where a fragment begins that does not say so
}

// span is a part of the file.
type span struct{ from, to int64 }

// ticks converts a duration to seconds; 0 if the file does not know it.
func ticks(duration uint64, timescale uint32) float64 {
	if timescale == 0 || duration == math.MaxUint32 || duration == math.MaxUint64 {
		return 0
	}
	return float64(duration) / float64(timescale)
}

// readTrack reads a box that describes a track.
func (m *movie) readTrack(path string, body, end int64, t *track) error {
	switch path {
	case "moov/trak/tkhd":
		var header gomp4.Tkhd
		err := m.decode(&header, body, end)
		t.id, t.width, t.height = header.TrackID, int(header.GetWidthInt()), int(header.GetHeightInt())
		t.disabled = !header.CheckFlag(1)
		return err
	case "moov/trak/mdia/mdhd":
		var header gomp4.Mdhd
		err := m.decode(&header, body, end)
		t.timescale, t.duration = header.Timescale, header.GetDuration()
		return err
	case "moov/trak/mdia/hdlr":
		kind, err := m.source.Bytes(body+8, 4)
		t.handler = string(kind)
		return err
	case "moov/trak/tref/chap":
		return m.readChapters(body, end)
	case "moov/trak/edts/elst":
		t.edits = span{body, end}
	}
	return m.readSamples(path, body, end, t)
}

// readSamples reads the boxes that describe a track's samples, without their
// tables.
func (m *movie) readSamples(path string, body, end int64, t *track) error {
	const stbl = "moov/trak/mdia/minf/stbl/"
	switch path {
	case stbl + "stsd":
		if end-body < 16 {
			return nil // no description
		}
		codec, err := m.source.Bytes(body+12, 4)
		t.codec = string(codec)
		return err
	case stbl + "stsz", stbl + "stz2": // only the number of samples, not the table that follows
		numbers, err := m.source.Bytes(body+4, 8)
		if err != nil {
			return err
		}
		t.counted, t.samples = true, file.BigEndian(numbers[4:])
		if path == stbl+"stsz" && file.BigEndian(numbers[:4]) == 0 {
			t.sizes = span{body + 12, end}
		}
	case stbl + "stsc":
		t.chunks = span{body, end}
	case stbl + "stts":
		t.lengths = span{body, end}
	case stbl + "ctts":
		t.offsets = span{body, end}
	case stbl + "stco":
		return m.readChunks(body, end, 4, t)
	case stbl + "co64":
		return m.readChunks(body, end, 8, t)
	}
	return nil
}

// readChapters notes the tracks that another track names as its chapters.
func (m *movie) readChapters(body, end int64) error {
	for at := body; at+4 <= end && len(m.chapters) < maxTracks; at += 4 {
		id, err := m.source.Bytes(at, 4)
		if err != nil {
			return err
		}
		m.chapters[uint32(file.BigEndian(id))] = true
	}
	return nil
}

// readChunks finds where the last chunk begins, unless a remote table is too
// large for that.
func (m *movie) readChunks(body, end int64, width int, t *track) error {
	number, err := m.source.Bytes(body+4, 4)
	if err != nil {
		return err
	}
	at := body + 8 + (int64(file.BigEndian(number))-1)*int64(width)
	if at < body+8 || at+int64(width) > end || m.source.IsRemote() && end-body > maxBox {
		return nil
	}
	last, err := m.source.Bytes(at, width)
	t.chunkCount = file.BigEndian(number)
	t.lastChunk = int64(min(file.BigEndian(last), math.MaxInt64))
	return err
}

// empty reports whether the track is declared but has no samples.
func (t *track) empty() bool { return t.counted && t.samples == 0 && !t.spread.any }

// cover reports whether the track is a single still picture, as cover art is.
func (t *track) cover() bool {
	switch t.codec {
	case "jpeg", "mjpa", "mjpb", "png ", "gif ", "tiff", "mp4v":
		return t.counted && t.samples <= 1 && !t.spread.any
	}
	return false
}

// pick lists the tracks that could be the movie's picture or sound, the one
// used first in front: enabled tracks in file order, else one disabled track.
func (m *movie) pick(handler string) []*track {
	var enabled, others []*track
	heard := slices.ContainsFunc(m.tracks, func(t *track) bool { return t.handler == "soun" })
	for _, t := range m.tracks {
		unread := m.partial && !t.spread.any
		switch {
		case t.handler != handler || m.chapters[t.id] || t.empty() && !unread || heard && t.cover():
		case t.disabled:
			others = append(others, t)
		default:
			enabled = append(enabled, t)
		}
	}
	if len(enabled) > 0 {
		return enabled
	}
	return others[:min(len(others), 1)]
}

// info assembles the result.
func (m *movie) info() (file.Info, error) {
	info := file.Info{Format: "mp4"}
	switch m.brand {
	case "qt  ", "": // QuickTime is older than brands
		info.Format = "mov"
	case "M4A ", "M4B ":
		info.Format = "m4a"
	}
	pictures, sounds := m.pick("vide"), m.pick("soun")
	info.Picture.There, info.Sound.There = len(pictures) > 0, len(sounds) > 0
	wantSound := m.source.Want() == file.Audio || len(pictures) == 0
	if len(pictures) > 0 {
		t := pictures[0]
		info.Width, info.Height = t.width, t.height
		if err := m.measure(&info.Picture, pictures, !wantSound); err != nil {
			return file.Info{}, err
		}
		if info.Picture.Seconds > 0 && t.counted && !m.partial {
			info.FrameRate = float64(t.samples) / info.Picture.Seconds
		}
	}
	if len(sounds) > 0 {
		if err := m.measure(&info.Sound, sounds, wantSound); err != nil {
			return file.Info{}, err
		}
	}
	return info, nil
}

// measure measures the first of several tracks. Nobody knows which of them the
// service takes, so the result is uncertain if their lengths differ. Of a
// remote file only the wanted track is measured.
func (m *movie) measure(into *file.Track, tracks []*track, wanted bool) error {
	if m.source.IsRemote() && !wanted {
		return nil
	}
	for i, t := range tracks {
		seconds, within, err := m.length(t)
		if err != nil {
			return err
		}
		if wanted {
			if err := m.checkEnd(t); err != nil {
				return err
			}
		}
		if i == 0 {
			into.Seconds, into.Within = seconds, within
		} else if off := math.Abs(seconds - into.Seconds); off > precision && seconds > 0 {
			into.Within = max(into.Within, off)
		}
	}
	return nil
}
