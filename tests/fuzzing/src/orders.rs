//! Every order in which things can happen, up to a depth: what a scheduler may do, without leaving it to chance.

/// Choices of one run. The same ones are made again in the next run, but for the last that has another way.
#[derive(Debug)]
pub struct Choices {
    /// What was chosen, and of how many.
    made: Vec<(usize, usize)>,
    next: usize,
    depth: usize,
}

impl Choices {
    /// The next choice, below `ways`; `None` when the depth is reached: the run ends in its own order.
    pub fn choose(&mut self, ways: usize) -> Option<usize> {
        if self.next == self.depth || ways == 0 {
            return None;
        }
        if self.next == self.made.len() {
            self.made.push((0, ways));
        }
        let (choice, of) = self.made.get(self.next).copied()?;
        assert_eq!(of, ways, "the same choices lead elsewhere: {self:?}");
        self.next += 1;
        Some(choice)
    }

    /// Whether there is another way, which is taken next.
    fn turn(&mut self) -> bool {
        self.next = 0;
        while let Some((choice, of)) = self.made.pop() {
            if choice + 1 < of {
                self.made.push((choice + 1, of));
                return true;
            }
        }
        false
    }
}

/// Runs `run` once for each sequence of so many choices; gives the number of runs. What `run` does is told by its choices alone.
pub fn every_order(depth: usize, mut run: impl FnMut(&mut Choices)) -> u64 {
    let mut choices = Choices {
        made: Vec::new(),
        next: 0,
        depth,
    };
    let mut runs = 0;
    loop {
        run(&mut choices);
        runs += 1;
        if !choices.turn() {
            return runs;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::every_order;

    #[test]
    fn each_order_is_run_once() {
        let mut seen = Vec::new();
        let runs = every_order(3, |choices| {
            let mut order = Vec::new();
            while let Some(choice) = choices.choose(2 + order.len() % 2) {
                order.push(choice);
            }
            seen.push(order);
        });
        assert_eq!((runs, seen.len()), (12, 12));
        let all = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), all);
    }
}
