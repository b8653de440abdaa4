package authz_test

import (
	"testing"

	"wardroom/internal/authz"
	"wardroom/internal/errs"
)

// The matrix is written out cell by cell, so that a change of the table must be meant.
func TestPermissionMatrix(t *testing.T) {
	t.Parallel()
	matrix := map[authz.Permission]string{ // viewer, responder, author, admin
		authz.Read:             "yyyy",
		authz.ManageOwnAccount: "yyyy",
		authz.Respond:          "nyyy",
		authz.RunCommands:      "nyyy",
		authz.ReadDisclosing:   "nyyy",
		authz.WritePlaybooks:   "nnyy",
		authz.ManagePeople:     "nnny",
		"not in the table":     "nnnn",
	}
	roles := []authz.Role{authz.Viewer, authz.Responder, authz.Author, authz.Admin}
	for permission, row := range matrix {
		for i, role := range roles {
			if got, want := (authz.Actor{Role: role}).May(permission), row[i] == 'y'; got != want {
				t.Errorf("%s may %s: %v, want %v", role, permission, got, want)
			}
		}
		if (authz.Actor{Role: "root"}).May(permission) {
			t.Errorf("an unknown role may %s", permission)
		}
	}
}

func TestRequire(t *testing.T) {
	t.Parallel()
	if _, err := authz.Require(t.Context(), authz.Read); errs.KindOf(err) != errs.Unauthenticated {
		t.Errorf("nobody: %v", err)
	}
	ctx := authz.WithActor(t.Context(), authz.Actor{Name: "Vi", Role: authz.Viewer})
	if _, err := authz.Require(ctx, authz.Respond); errs.KindOf(err) != errs.Forbidden {
		t.Errorf("viewer: %v", err)
	}
	if a, err := authz.Require(ctx, authz.Read); err != nil || a.Name != "Vi" {
		t.Errorf("viewer reads: %v %v", a, err)
	}
}
