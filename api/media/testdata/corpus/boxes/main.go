// Command boxes changes boxes of an MP4 file in place, to make files that no
// encoder makes. Its arguments are the file and then operations:
//
//	set PATH OFFSET WIDTH VALUE   set a big-endian number in the body of a box
//	rename PATH KIND              change the kind of a box; free disables it
//	drop PATH                     remove a box
//	edits PATH LENGTH:FROM[:RATE] …  add an edit list to a track (moov/trak[0])
//	chapters PATH ID              make a track the chapters of another
//	co64 PATH                     widen a stco box
//	large                         give mdat a 64-bit size, over the free box before it
//	open                          give mdat no size, so that it reaches to the end
//	cut BYTES, pad BYTES, zero BYTES, append FILE   change the file itself
//
// Change the size of boxes only if moov is at the end, so that nothing moves.
// PATH is like moov/trak[1]/mdia/mdhd.
package main

import (
	"bytes"
	"encoding/binary"
	"log"
	"os"
	"strconv"
	"strings"
)

func main() {
	log.SetFlags(0)
	name := os.Args[1]
	file, err := os.ReadFile(name)
	if err != nil {
		log.Fatal(err)
	}
	for args := os.Args[2:]; len(args) > 0; {
		file, args = operate(file, args[0], args[1:])
	}
	if err := os.WriteFile(name, file, 0o644); err != nil {
		log.Fatal(err)
	}
}

// operate carries out one operation, and returns the file and the remaining
// operations.
func operate(file []byte, op string, args []string) ([]byte, []string) {
	switch op {
	case "set":
		b := find(file, args[0])
		at, width := b.body+number(args[1]), number(args[2])
		var wide [8]byte
		binary.BigEndian.PutUint64(wide[:], uint64(number(args[3])))
		copy(file[at:at+width], wide[8-width:])
		return file, args[4:]
	case "rename":
		copy(file[find(file, args[0]).at+4:], args[1])
		return file, args[2:]
	case "drop":
		b := find(file, args[0])
		return splice(file, b, b.at, b.end, nil), args[1:]
	case "edits":
		return edits(file, args)
	case "chapters":
		b := find(file, args[0])
		return splice(file, b, b.end, b.end, box("tref", box("chap", be32(number(args[1]))))), args[2:]
	case "co64":
		return wide(file, find(file, args[0])), args[1:]
	case "large":
		b := find(file, "mdat")
		copy(file[b.at-8:], bytes.Join([][]byte{be32(1), []byte("mdat"), be32(0), be32(b.end - b.at + 8)}, nil))
		return file, args
	case "open":
		copy(file[find(file, "mdat").at:], be32(0))
		return file, args
	case "cut":
		return file[:number(args[0])], args[1:]
	case "pad":
		return append(file, make([]byte, number(args[0]))...), args[1:]
	case "zero":
		clear(file[number(args[0]):])
		return file, args[1:]
	case "append":
		more, err := os.ReadFile(args[0])
		if err != nil {
			log.Fatal(err)
		}
		return append(file, more...), args[1:]
	}
	log.Fatalf("no operation %q", op)
	return nil, nil
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		log.Fatal(err)
	}
	return n
}

func be32(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }

func box(kind string, body ...[]byte) []byte {
	all := bytes.Join(body, nil)
	return bytes.Join([][]byte{be32(8 + len(all)), []byte(kind), all}, nil)
}

// place is the position of a box and of the boxes around it.
type place struct {
	at, body, end int
	around        []int
}

// find finds a box by its path.
func find(file []byte, path string) place {
	p := place{end: len(file)}
	for _, step := range strings.Split(path, "/") {
		kind, index, _ := strings.Cut(strings.TrimSuffix(step, "]"), "[")
		nth := 0
		if index != "" {
			nth = number(index)
		}
		at, found := p.body, false
		for at+8 <= p.end {
			size := int(binary.BigEndian.Uint32(file[at:]))
			if size == 0 {
				size = p.end - at
			}
			if string(file[at+4:at+8]) == kind {
				if nth == 0 {
					p.around = append(p.around, at)
					p.at, p.body, p.end, found = at, at+8, at+size, true
					break
				}
				nth--
			}
			at += size
		}
		if !found {
			log.Fatalf("there is no %s", path)
		}
	}
	return p
}

// splice replaces a part of a box, and adjusts the sizes of the boxes around it.
func splice(file []byte, b place, from, to int, with []byte) []byte {
	for _, at := range b.around {
		if at == from && len(with) == 0 {
			continue
		}
		size := int(binary.BigEndian.Uint32(file[at:])) - (to - from) + len(with)
		copy(file[at:], be32(size))
	}
	return bytes.Join([][]byte{file[:from], with, file[to:]}, nil)
}

// edits adds an edit list at the end of a track.
func edits(file []byte, args []string) ([]byte, []string) {
	b := find(file, args[0])
	var list []byte
	n := 0
	for args = args[1:]; len(args) > 0 && strings.Contains(args[0], ":"); args = args[1:] {
		fields := strings.Split(args[0], ":")
		rate := 1 << 16
		if len(fields) > 2 {
			rate = number(fields[2])
		}
		list = append(list, bytes.Join([][]byte{be32(number(fields[0])), be32(number(fields[1])), be32(rate)}, nil)...)
		n++
	}
	return splice(file, b, b.end, b.end, box("edts", box("elst", be32(0), be32(n), list))), args
}

// wide turns a stco box into a co64 box.
func wide(file []byte, b place) []byte {
	var offsets []byte
	for at := b.body + 8; at < b.end; at += 4 {
		offsets = append(offsets, bytes.Join([][]byte{be32(0), file[at : at+4]}, nil)...)
	}
	file = splice(file, b, b.body+8, b.end, offsets)
	copy(file[b.at+4:], "co64")
	return file
}
