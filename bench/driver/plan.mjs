// How often and how long: enough for medians where the machine is fast, sizes that finish where it is slow.

/** Times in seconds. */
const PLANS = {
  full: {
    total: 3600, starts: 5, runs: 7, steps: 3, rounds: 3,
    longestRun: 150, longestRepeated: 150, limit: 900, forPhotos: 60, photos: 200,
  },
  quick: {
    total: 300, starts: 2, runs: 3, steps: 1, rounds: 1,
    longestRun: 40, longestRepeated: 10, limit: 150, forPhotos: 8, photos: 200,
  },
};

/** Milliseconds of a run that needs no thought. */
const SHORT = 1000;

/** What share of the time is gone when a phase should be over; further rounds are not begun then. */
const SHARES = { inference: 0.35, training: 0.6, starts: 0.8, photos: 1 };

/**
 * The limits of one whole measurement. `starts` visits, `runs` of inference, training `steps` and `rounds` of photos
 * are the repeats. No size is measured whose single run would take more than `longestRun`, and none is repeated that
 * takes more than `longestRepeated`. `limit` is how long any page has for
 * anything. Photos are as many as fit into `forPhotos`, at most `photos` and at least one helping.
 */
export class Plan {
  constructor(quick) {
    Object.assign(this, PLANS[quick ? 'quick' : 'full']);
    this.begin = performance.now();
  }

  /** Whether a phase has had its time. */
  isOver(phase) {
    return (performance.now() - this.begin) / 1000 > this.total * SHARES[phase];
  }

  /** Whether a run of so many milliseconds is too long to be made at all. */
  isTooLong(milliseconds) {
    return milliseconds > this.longestRun * 1000;
  }

  /** Whether there is time for a run of so many milliseconds; a short one can always be made. */
  hasTime(phase, milliseconds) {
    return milliseconds <= SHORT || !this.isOver(phase);
  }

  /** Whether there is time to do again what took so many milliseconds. */
  repeats(phase, milliseconds) {
    return milliseconds <= this.longestRepeated * 1000 && this.hasTime(phase, milliseconds);
  }
}
