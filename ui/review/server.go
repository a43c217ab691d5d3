package review

import (
	"context"
	"net/http"
)

// Server serves the review page until it is closed.
type Server struct {
	url string
}

// Config is what a page is made of.
type Config struct {
	Items     []Item
	Begin     int          // the item shown first
	OnVerdict OnVerdict    // nil to only watch
	Client    *http.Client // for links; it carries no key ([api.Client.Media])
}

// New starts a server on loopback. It ends with the context or with Close.
func New(ctx context.Context, c Config) (*Server, error) { return &Server{}, nil }

// URL returns the page's link. Whoever has it can watch and decide.
func (s *Server) URL() string { return s.url }

// Port returns the server's port, for the line that forwards it over SSH.
func (s *Server) Port() int { return 0 }

// Set replaces the items. Open pages show the difference at once.
func (s *Server) Set(items []Item) {}

// Close ends the server and everything it is serving.
func (s *Server) Close() error { return nil }
