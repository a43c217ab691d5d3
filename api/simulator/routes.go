package simulator

import (
	"net/http"
	"slices"
)

// The routes with their own rate limits, or faults.
const (
	routeCreate = "POST /v2/generate"
	routeTicket = "POST /v2/assets/upload"

	routeOutput = "GET /out/{file}" // of the storage
)

// route is an endpoint and the conditions under which it is served.
type route struct {
	pattern string
	handle  http.HandlerFunc
	open    bool      // no key needed
	only    []Profile // nil means every profile
}

func (r route) in(p Profile) bool { return r.only == nil || slices.Contains(r.only, p) }

// routes returns every endpoint of https://sync.so/docs/api-reference that is
// simulated.
func (s *Server) routes() []route {
	later := []Profile{Seed, Current}
	autumn := []Profile{Current}
	list := []route{
		{pattern: routeCreate, handle: s.createGeneration},
		{pattern: "GET /v2/generate/{id}", handle: s.getGeneration},
		{pattern: "GET /v2/generate/{id}/costs", handle: s.getCosts, only: later},
		{pattern: "GET /v2/generations", handle: s.listGenerations},
		{pattern: "GET /v2/generations/count", handle: s.countGenerations, only: later},
		{pattern: "GET /v2/generations/{id}", handle: s.getGeneration, only: autumn},
		{pattern: "DELETE /v2/generations/{id}", handle: s.deleteGeneration, only: autumn},
		{pattern: "GET /v2/generations/{id}/download", handle: s.downloadLink, only: later},
		{pattern: "GET /v2/generations/{id}/result", handle: s.followResult, open: true},
		{pattern: "POST /v2/generations/estimate", handle: s.estimateObject},
		{pattern: "POST /v2/generate/estimate-cost", handle: s.estimateObject, only: later},
		{pattern: "POST /v2/analyze/cost", handle: s.estimateArray},
		{pattern: "POST /v2/batch", handle: s.createBatch},
		{pattern: "GET /v2/batch", handle: s.listBatches},
		{pattern: "GET /v2/batch/{id}", handle: s.getBatch},
		{pattern: "GET /v2/batches/{id}/result", handle: s.followBatchResult, open: true},
		{pattern: "GET /v2/assets", handle: s.listAssets},
		{pattern: "GET /v2/assets/{id}", handle: s.getAsset},
		{pattern: "GET /v2/assets/count", handle: s.countAssets, only: autumn},
		{pattern: "POST /v2/assets/batch", handle: s.assetsByID, only: autumn},
		{pattern: "PATCH /v2/assets/{id}", handle: s.updateAsset, only: autumn},
		{pattern: "DELETE /v2/assets/{id}", handle: s.deleteAsset, only: autumn},
		{pattern: "GET /v2/voices", handle: s.listVoices, only: autumn},
		{pattern: "GET /v2/voices/{id}", handle: s.getVoice, only: autumn},
		{pattern: "GET /v2/projects", handle: s.listProjects, only: autumn},
		{pattern: "POST /v2/projects", handle: s.createProject, only: autumn},
		{pattern: "GET /v2/projects/{id}", handle: s.getProject, only: autumn},
		{pattern: "GET /v2/account", handle: s.getAccount, only: autumn},
		{pattern: "GET /v2/usage/generations", handle: s.listUsage, only: autumn},
		{pattern: routeTicket, handle: s.createTicket, only: autumn},
		{pattern: "POST /v2/assets", handle: s.createAsset, only: autumn},
		{pattern: "GET /v2/models", handle: s.listModels},
		{pattern: "GET /v2/errors", handle: s.listErrorCodes, open: true, only: later},
	}
	// The overview mentions a health check without its path.
	for _, path := range []string{"/health", "/healthcheck", "/v2/health", "/v2/healthcheck"} {
		list = append(list, route{pattern: "GET " + path, handle: health, open: true})
	}
	return list
}

// guarded checks the key and counts the request before it is handled.
func (s *Server) guarded(r route) http.HandlerFunc {
	if r.open {
		return r.handle
	}
	return func(w http.ResponseWriter, req *http.Request) {
		if f := s.admit(r.pattern, req.Header.Get("x-api-key")); f != nil {
			drain(req)
			f.write(w)
			return
		}
		r.handle(w, req)
	}
}

// admit checks the key and the rate, and brings the account up to now.
func (s *Server) admit(pattern, key string) *failure {
	s.mu.Lock()
	defer s.mu.Unlock()
	if key == "" {
		return refuse(http.StatusUnauthorized, "", "Either Cookie or x-api-key header must be provided")
	}
	if key != s.key || s.revoked {
		return &failure{StatusCode: http.StatusUnauthorized, Message: "Unauthorized"}
	}
	now := s.now()
	if !s.limiter.admit(pattern, now) {
		return s.tooMany()
	}
	s.advance(now)
	return nil
}

func health(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

func (s *Server) listErrorCodes(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, catalogue())
}
