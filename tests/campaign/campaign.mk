# Plays random stories of sessions with a misbehaving server, kills and mail readers. See tests/tests.mk. Variables
# for the command line of make:
#   EPISODES=2000   the number of stories
#   SEED=N          selects the stories; the same seed makes the same stories
#   WITHOUT=KIND,.. kinds of faults to leave out: "swap", "drop RETR"
EPISODES = 2000
SEED = 1
WITHOUT =

campaign_tests = tests/campaign/campaign.sh
check_SCRIPTS += $(campaign_tests)
$(campaign_tests:.sh=.log): $(pop3_server) src/mailhaul

#? campaign        play EPISODES random stories of a misbehaving server
campaign: all $(pop3_server)
	@work=`mktemp -d` && trap 'rm -rf "$$work"' EXIT && $(pop3_server) --make-certs "$$work/certs" && \
	    $(TESTS_PYTHON) -B $(srcdir)/tests/campaign/campaign.py --program src/mailhaul --cert-dir "$$work/certs" --work "$$work" \
	    --episodes '$(EPISODES)' --seed '$(SEED)' --without '$(WITHOUT)'
.PHONY: campaign

EXTRA_DIST += $(campaign_tests) \
	tests/campaign/campaign.py tests/campaign/episode.py tests/campaign/maildrop.py \
	tests/campaign/places.py tests/campaign/stories.py \
	tests/campaign/found/doubtful-without-top.json \
	tests/campaign/found/quit-then-new-uids-mbox.json \
	tests/campaign/found/extra-answer-then-no-quit.json \
	tests/campaign/found/held-without-uids.json \
	tests/campaign/found/unanswered-then-outdated.json \
	tests/campaign/found/quit-then-new-uids.json \
	tests/campaign/found/quit-then-no-uidl.json \
	tests/campaign/found/quit-then-short-listing.json \
	tests/campaign/found/quit-then-uid-reused.json \
	tests/campaign/found/quit-then-uid-reused-header-missing.json \
	tests/campaign/found/renumbered-without-top.json \
	tests/campaign/found/sizes-vary-quit-unanswered.json \
	tests/campaign/found/sizes-vary-short-listing.json \
	tests/campaign/found/sizes-vary-without-top.json \
	tests/campaign/found/top-swapped-new-mail-stays.json \
	tests/campaign/found/top-swapped-new-mail.json \
	tests/campaign/found/top-swapped-old-mail.json \
	tests/campaign/found/top-swapped-without-uids.json \
	tests/campaign/found/renumbered-and-refused.json \
	tests/campaign/found/threefold-then-swapped.json \
	tests/campaign/found/top-swapped-answer-inside.json \
	tests/campaign/found/top-swapped-then-renamed.json \
	tests/campaign/found/twin-in-doubt-then-short-listing.json \
	tests/campaign/found/twin-listed-beside.json \
	tests/campaign/found/twin-of-a-missing-one.json \
	tests/campaign/found/twins-and-swapped.json \
	tests/campaign/found/uid-reused-without-top.json
