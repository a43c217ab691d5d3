package simulator

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"path"
	"strings"
	"time"
)

// diskRoutes returns the routes of the storage. Nothing needs a key; outputs and
// results need the signature in their link.
func (s *Server) diskRoutes() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /media/{file}": s.serveMedia,
		routeOutput:         s.serveOutput,
		"GET /batch/{file}": s.serveBatchResult,

		"GET /uploads/{ticket}/{file}": s.serveMedia,
		"PUT /uploads/{ticket}/{file}": s.receiveUpload,
	}
}

// serveMedia generates any file. Its name determines its kind and its length.
func (s *Server) serveMedia(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	s.mu.Lock()
	modified := s.now().Truncate(24 * time.Hour)
	s.mu.Unlock()
	seconds := lengthOf(r.URL.String())
	switch strings.ToLower(path.Ext(name)) {
	case ".wav":
		w.Header().Set("Content-Type", "audio/wav")
		http.ServeContent(w, r, name, modified, newWAV(seconds))
	case ".png", ".jpg", ".jpeg", ".webp":
		w.Header().Set("Content-Type", "image/png")
		http.ServeContent(w, r, name, modified, picture(hash(name)))
	default:
		w.Header().Set("Content-Type", "video/mp4")
		http.ServeContent(w, r, name, modified, bytes.NewReader(movie(seconds, hash(name))))
	}
}

// serveOutput serves the video of a generation.
func (s *Server) serveOutput(w http.ResponseWriter, r *http.Request) {
	id := strings.TrimSuffix(r.PathValue("file"), ".mp4")
	s.mu.Lock()
	now := s.now()
	j := s.jobs.byID[id]
	allowed := s.tokenHolds(id, r.URL.Query().Get("sig"), now)
	name := id + ".mp4"
	if j != nil {
		if made := s.creationOf(j); made.OutputFileName != "" {
			name = made.OutputFileName + ".mp4"
		}
	}
	s.mu.Unlock()
	if j == nil || !allowed {
		denied(w)
		return
	}
	w.Header().Set("Content-Type", "video/mp4")
	w.Header().Set("ETag", outputTag(id, faultOf(r)))
	http.ServeContent(w, r, name, j.end, s.outputFile(id, j.seconds))
}

// serveBatchResult serves the JSON Lines file behind a batch's outputUrl.
func (s *Server) serveBatchResult(w http.ResponseWriter, r *http.Request) {
	id := strings.TrimSuffix(r.PathValue("file"), ".jsonl")
	s.mu.Lock()
	now := s.now()
	var lines []byte
	b, f := s.batchOf(id)
	if f == nil && s.tokenHolds(id, r.URL.Query().Get("sig"), now) {
		lines = s.batchResult(b, now)
	}
	s.mu.Unlock()
	if lines == nil {
		denied(w)
		return
	}
	w.Header().Set("Content-Type", "application/jsonl")
	http.ServeContent(w, r, id+".jsonl", b.created, bytes.NewReader(lines))
}

// denied answers like an object store after a link has expired.
func denied(w http.ResponseWriter) {
	writeBody(w, http.StatusForbidden, "application/xml",
		[]byte("<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"))
}

// picture returns a small image of somebody in front of a wall.
func picture(chance uint64) io.ReadSeeker {
	const width, height = 96, 54
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	within := func(x, y, cx, cy, rx, ry int) bool {
		dx, dy := float64(x-cx)/float64(rx), float64(y-cy)/float64(ry)
		return dx*dx+dy*dy < 1
	}
	wall := color.RGBA{R: uint8(chance), G: uint8(chance >> 8), B: uint8(chance >> 16), A: 255}
	shirt := color.RGBA{R: wall.B, G: wall.R, B: wall.G, A: 255}
	at := 30 + int(chance>>24)%36
	for y := range height {
		for x := range width {
			c := wall
			switch {
			case within(x, y, at, 33, 3, 1):
				c = color.RGBA{R: 150, G: 60, B: 60, A: 255} // the mouth
			case within(x, y, at-5, 21, 2, 2), within(x, y, at+5, 21, 2, 2):
				c = color.RGBA{R: 40, G: 40, B: 60, A: 255}
			case within(x, y, at, 25, 13, 17):
				c = color.RGBA{R: 224, G: 178, B: 150, A: 255}
			case within(x, y, at, 62, 30, 20):
				c = shirt
			default:
				light := 60 + 40*x/width
				c.R, c.G, c.B = uint8(int(c.R)*light/100), uint8(int(c.G)*light/100), uint8(int(c.B)*light/100)
			}
			img.SetRGBA(x, y, c)
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		panic(err) // memory cannot fail
	}
	return bytes.NewReader(out.Bytes())
}
