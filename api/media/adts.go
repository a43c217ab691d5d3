package media

// parseADTS reads the header of a frame of AAC as it stands in a file without a
// container.
func parseADTS(b []byte) (frame, bool) {
	if len(b) < 7 || b[0] != 0xff || b[1]&0xf6 != 0xf0 { // sync, layer 0
		return frame{}, false
	}
	rates := [16]int{96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350}
	f := frame{
		rate:    rates[b[2]>>2&15],
		length:  int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5])>>5,
		samples: 1024 * (int(b[6]&3) + 1),
		layout:  uint32(b[1])<<16 | uint32(b[2]&0xfd)<<8 | uint32(b[3]&0xc0),
	}
	return f, f.rate > 0 && f.length > 7
}

func isADTS(head []byte) bool {
	_, ok := parseADTS(head)
	return ok
}

// adts counts the frames of AAC that begin at an offset, or guesses their number
// from a few stretches where not all of a file may be read: nothing in such a file
// says how long it is.
func (s *source) adts(from int64) (Info, error) {
	info := Info{Format: "aac", Sound: Track{There: true}}
	end, err := s.end()
	if err != nil {
		return Info{}, err
	}
	if !s.readable() {
		info.Sound, err = s.sampled(from, end, parseADTS)
		return info, err
	}
	to, err := s.tagsBehind(from, end)
	if err != nil {
		return Info{}, err
	}
	w, err := s.walkFrames(from, to, parseADTS)
	switch {
	case err != nil:
		return Info{}, err
	case w.cut:
		return Info{}, ErrCutOff
	case w.frames == 0:
		return Info{}, ErrFormat
	}
	info.Sound.Seconds = w.seconds
	return info, nil
}
