package shell_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"wardroom/internal/shell"
)

// A read of a copied command is one only when its table knows every flag and word behind the
// verb, whichever way the program is told what to do.
func TestWhatTablesDoNotKnow(t *testing.T) {
	t.Parallel()
	labelled(t, shell.Policy{}, `
		read      | velero backup logs nightly --timeout 1m
		unknown   | velero backup logs nightly --to-file x
		read      | velero version
		unknown   | velero version now
		read      | nomad job history -p api
		unknown   | nomad job status -p api
		read      | kubeadm config print init-defaults
		unknown   | kubeadm config print init-defaults x
		read      | consul kv get -recurse app/
		unknown   | consul kv get -cas app/

		read      | gcloud compute instances list --sort-by=name web
		unknown   | gcloud compute instances list --flags-file=x
		unknown   | gcloud compute instances frobnicate list
		read      | gcloud sql instances describe shop --some-id=x
		read      | az vm list --ids a b --query x
		unknown   | az vm list --save x
		unknown   | az vm frob list
		read      | az containerapp logs show -g g -n n --follow
		destroy   | az ad sp credential reset --id x
		read+d    | az keyvault secret show --vault-name v --name n
		unknown   | az keyvault secret frob --name n
		change    | az storage message get -q q
		read      | parted -s /dev/sda unit MiB print free
		unknown   | parted -s /dev/sda frob print

		read      | mysqladmin -uroot status processlist
		unknown   | mysqladmin --plugin-dir=x status
		interactive | mysqladmin -u root -p status
		read      | mysqladmin -u root -psecret status

		read      | iptables -nvL INPUT
		unknown   | iptables -L --modprobe=x
		change    | iptables -nvLZ
		read+s    | kcat -b k -C -t t
		change+s  | kcat -b k -C -t t -X group.id=a
		unknown+s | kcat -b k -C -t t -X plugin.library.paths=x.so
		unknown+s | kcat -b k -C -t t -X sasl.kerberos.kinit.cmd=/bin/true
		read      | rpm -qa --last
		unknown   | rpm -qa --pipe sh
		unknown   | rpm --eval '%(rm x)'

		read      | lvs -a -o +devices
		unknown   | lvs --config x
		read+s    | stern api --since 1h
		unknown+s | stern api --template-file x
		interactive+s | stern api -p
		change    | rmmod --frob x
	`)
}

// What makes a command no read counts behind any flag: only a read is put in doubt by one.
func TestChangesBehindUnknownFlags(t *testing.T) {
	t.Parallel()
	labelled(t, shell.Policy{}, `
		change      | aws ec2 stop-instances --frob x
		destroy     | aws ec2 terminate-instances --instance-ids i-1 --frob
		interactive | aws ssm start-session --target i-1 --frob
		change      | gcloud compute instances start web --frob
		destroy     | az group delete --name x --frob
		change      | velero backup create x --frob
		destroy     | ceph osd purge 3 --frob
		change      | mysqladmin shutdown --frob
		destroy     | rpm -e nginx --frob
		destroy     | wipefs -a --frob /dev/sda
		change      | jcmd 1 GC.run --frob
	`)
}

// The same holds for programs whose table is no text.
func TestFlagsOfCopiedPrograms(t *testing.T) {
	t.Parallel()
	labelled(t, shell.Policy{}, `
		read        | git log -5 --since=yesterday -S'a b' --stat -- x
		unknown     | git log --show-signature
		change      | git log --output=x
		unknown     | git cat-file --filters HEAD:x
		read        | git grep -n timeout
		unknown     | git grep -nOsh timeout
		read        | git push --dry-run origin main
		unknown     | git push --dry-run --receive-pack=x origin
		read        | git stash show -p
		unknown     | git remote show origin --frob
		interactive | git help -w log
		read        | mysql -sN --ssl-mode=REQUIRED -e 'SELECT 1' shop
		unknown     | mysql --delimiter=x -e 'SELECT 1'
		unknown     | mysql --plugin-dir=x -e 'SELECT 1'
		read        | mongosh --quiet --eval 'rs.status()'
		unknown     | mongosh --shell --eval 'rs.status()'
		read        | cqlsh db 9042 -u a -p b -e 'DESCRIBE KEYSPACES'
		unknown     | cqlsh --browser=x -e 'DESCRIBE KEYSPACES'
		read        | crictl ps -a --name etcd -o json
		unknown     | crictl ps --frob
		read+s      | crictl logs -f --tail=100 abc
		read        | rsync -avzn --delete a/ b/
		change      | rsync -a -T/mnt/x a/ b/
		change      | rsync -a --exclude -n a/ b/
		unknown     | rsync -an --log-file=x a/ b/
		unknown     | rsync -an --only-write-batch=x a/ b/
		read        | tar tzvf a.tgz
		read        | tar -tf a.tar -C /tmp
		change      | tar -C/opt -xzf a.tgz
		change      | tar -Ct -xf a.tar
		destroy     | tar czf a.tgz --remove-files logs
		unknown     | tar -tf a.tar --index-file=x
		read        | perf report --stdio -i perf.data --sort comm
		unknown     | perf report --stdio --objdump=x
		read        | sysctl -ar tcp_
		unknown     | sysctl --frob
		read+r      | helm template web ./chart -f values.yaml --set a=b
		change+r    | helm template web ./chart --dependency-update
		unknown+r   | helm lint ./chart --frob
		read+r      | oc adm upgrade
		change+r    | oc adm upgrade channel stable-4.16
		read+r      | oc adm release info x
		change+r    | oc adm release extract --tools x
	`)
}

// A dry run is a read like others: nothing is done, as far as its flags are known.
func TestDryRunsOfOutsiders(t *testing.T) {
	t.Parallel()
	labelled(t, shell.Policy{}, `
		read    | aws ec2 terminate-instances --instance-ids i-1 --dry-run
		unknown | aws ec2 terminate-instances --instance-ids i-1 --dry-run --frob
		destroy | aws ec2 terminate-instances --instance-ids i-1 --client-token --dry-run
		read    | argocd app sync api --dry-run --prune
		destroy | argocd app sync api --prune --revision --dry-run
		unknown | nft -f -c
		read    | nft -c -f rules.nft
		unknown | nft -f rules.nft
		read    | wipefs -n /dev/sda
	`)
}

// TestUnlistedFlagsAndWords adds a flag and a word that no table has to everything that the
// labels call a read of a program which Wardroom does not start.
func TestUnlistedFlagsAndWords(t *testing.T) {
	t.Parallel()
	reads := slices.DeleteFunc(labelledCommands(t), func(c labelledCommand) bool {
		return c.Risk != "read" || c.Kind != "shell" || strings.ContainsAny(c.Command, "|&;<>#$`\n") || shell.Outside(c.Command) == nil || c.class().Risk != shell.Read
	})
	if len(reads) < 150 {
		t.Fatalf("only %d reads of programs that are copied", len(reads))
	}
	rapid.Check(t, func(t *rapid.T) {
		command := rapid.SampledFrom(reads).Draw(t, "command").Command
		words := shell.Outside(command)
		flag := rapid.StringMatching(`--zz[a-z]{1,8}(=[a-z]{0,3})?`).Draw(t, "flag")
		place := rapid.SampledFrom([]int{1, len(words)}).Draw(t, "place")
		if c := (shell.Policy{}).Classify(slices.Insert(slices.Clone(words), place, flag)); c.Risk == shell.Read {
			t.Errorf("%s is still a read with %s (%s)", command, flag, c.Why)
		}
		word := rapid.StringMatching(`zz[a-z]{1,8}`).Draw(t, "word")
		if c := (shell.Policy{}).Classify(append(slices.Clone(words), word)); c.Risk == shell.Read && c.Why != "a dry run changes nothing" && !shell.TakesNames(append(words, word)) {
			t.Errorf("%s is still a read with %s (%s)", command, word, c.Why)
		}
	})
}
