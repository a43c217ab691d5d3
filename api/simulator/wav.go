package simulator

import (
	"encoding/binary"
	"errors"
	"io"
)

// The format of generated WAV files: one silent channel of 16 bits at 48 kHz.
const (
	wavRate       = 48000
	wavSampleSize = 2
	wavHeader     = 44 // length of the header in bytes
)

// wav is a silent WAV file of any length that takes no memory.
type wav struct {
	header []byte
	size   int64
	at     int64
}

func newWAV(seconds float64) *wav {
	data := int64(seconds*wavRate) * wavSampleSize
	data = min(data, 1<<32-1-wavHeader) // sizes have 32 bits
	h := make([]byte, 0, wavHeader)
	h = append(h, "RIFF"...)
	h = binary.LittleEndian.AppendUint32(h, uint32(data+wavHeader-8))
	h = append(h, "WAVEfmt "...)
	h = binary.LittleEndian.AppendUint32(h, 16)
	h = binary.LittleEndian.AppendUint16(h, 1) // PCM
	h = binary.LittleEndian.AppendUint16(h, 1) // channels
	h = binary.LittleEndian.AppendUint32(h, wavRate)
	h = binary.LittleEndian.AppendUint32(h, wavRate*wavSampleSize)
	h = binary.LittleEndian.AppendUint16(h, wavSampleSize)
	h = binary.LittleEndian.AppendUint16(h, 8*wavSampleSize)
	h = append(h, "data"...)
	h = binary.LittleEndian.AppendUint32(h, uint32(data))
	return &wav{header: h, size: wavHeader + data}
}

// Read returns the header, then silence.
func (w *wav) Read(p []byte) (int, error) {
	if w.at >= w.size {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), w.size-w.at)]
	clear(p)
	if w.at < wavHeader {
		copy(p, w.header[w.at:])
	}
	w.at += int64(len(p))
	return len(p), nil
}

// Seek moves within the file.
func (w *wav) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += w.at
	case io.SeekEnd:
		offset += w.size
	}
	if offset < 0 {
		return 0, errors.New("wav: seek before the start")
	}
	w.at = offset
	return offset, nil
}
