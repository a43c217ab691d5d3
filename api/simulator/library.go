package simulator

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/google/uuid"
)

// countAssets answers with a bare number.
func (s *Server) countAssets(w http.ResponseWriter, r *http.Request) {
	found, f := s.foundAssets(r.URL.Query())
	if f != nil {
		f.write(w)
		return
	}
	writeJSON(w, http.StatusOK, len(found))
}

// assetsByID answers with those of the assets that exist.
func (s *Server) assetsByID(w http.ResponseWriter, r *http.Request) {
	var body struct{ IDs json.RawMessage }
	var ids []string
	if json.NewDecoder(r.Body).Decode(&body) != nil || json.Unmarshal(body.IDs, &ids) != nil {
		ids = make([]string, 1)
		if json.Unmarshal(body.IDs, &ids[0]) != nil {
			ids = nil
		}
	}
	if len(ids) < 1 || len(ids) > 100 {
		invalid("ids must contain between 1 and 100 elements").write(w)
		return
	}
	shown := []assetWire{}
	s.mu.Lock()
	for _, id := range ids {
		if a := s.assetOf(id, nil); a != nil {
			shown = append(shown, s.shownAsset(a))
		}
	}
	s.mu.Unlock()
	writeJSON(w, http.StatusOK, shown)
}

// ownAsset finds the asset of a request that changes it. With an API key, assets
// shared in the organisation can't be changed. The lock must be held.
func (s *Server) ownAsset(id string) (*asset, *failure) {
	a := s.assetOf(id, nil)
	switch {
	case a == nil && uuid.Validate(id) != nil:
		return nil, refuse(http.StatusBadRequest, "invalid_asset_id_format", "The asset id is not valid")
	case a == nil:
		return nil, refuse(http.StatusNotFound, "asset_not_found", "Asset not found")
	case a.Visibility != "USER":
		return nil, refuse(http.StatusForbidden, "asset_forbidden", "You do not have access to this asset")
	}
	return a, nil
}

// updateAsset changes the name or the visibility.
func (s *Server) updateAsset(w http.ResponseWriter, r *http.Request) {
	var body struct{ Name, Visibility *string }
	if json.NewDecoder(r.Body).Decode(&body) != nil {
		invalid("the body must be an object").write(w)
		return
	}
	var wire assetWire
	s.mu.Lock()
	a, f := s.ownAsset(r.PathValue("id"))
	if f == nil {
		if body.Name != nil {
			a.Name = *body.Name
		}
		if body.Visibility != nil {
			a.Visibility = *body.Visibility
		}
		wire = s.shownAsset(a)
	}
	s.mu.Unlock()
	if f != nil {
		f.write(w)
		return
	}
	writeJSON(w, http.StatusOK, wire)
}

func (s *Server) deleteAsset(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	a, f := s.ownAsset(r.PathValue("id"))
	if f == nil {
		s.assets = slices.DeleteFunc(s.assets, func(o *asset) bool { return o == a })
	}
	s.mu.Unlock()
	if f != nil {
		f.write(w)
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"id": a.ID})
}
