//! Small controls that occur more than once, and lists that grow.

use std::time::Duration;

use leptos::{ev, html, prelude::*};

/// Pause before the next part of a list is built.
const PAUSE: Duration = Duration::from_millis(30);

/// How many of a list of so many may be built by now: some at first, then that many more with every pause, so that a
/// long list does not freeze the page.
pub fn growing(some: usize, total: impl Fn() -> usize + 'static) -> RwSignal<usize> {
    let count = RwSignal::new(some);
    Effect::new(move || {
        if count.get() < total() {
            // The list may be gone by then.
            let grow = move || {
                count.try_update(|count| *count += some);
            };
            set_timeout(grow, PAUSE);
        }
    });
    count
}

/// A button that does something grave only at the second click; the first one changes what it says.
#[component]
pub fn TwoStep(
    /// What it says at first.
    label: &'static str,
    /// What it says before it acts.
    sure: &'static str,
    /// What it is about, for those who do not see where it stands.
    about: String,
    /// What it does.
    on_sure: impl Fn() + 'static,
) -> impl IntoView {
    let (asked, set_asked) = signal(false);
    let text = move || if asked.get() { sure } else { label };
    let click = move |_| {
        if asked.get_untracked() {
            on_sure();
        }
        set_asked.update(|asked| *asked = !*asked);
    };
    view! {
        <button
            type="button"
            class:danger=asked
            aria-label=move || format!("{} {about}", text())
            on:click=click
            on:blur=move |_| set_asked.set(false)
        >
            {text}
        </button>
    }
}

/// A name and a button that turns it into a field.
#[component]
pub fn Renamable(
    /// The name.
    name: String,
    /// What bears it, such as "class".
    thing: &'static str,
    /// The `id` of a `datalist` with names to choose from.
    #[prop(optional)]
    names: Option<&'static str>,
    /// Hears the new name, which is not empty.
    on_rename: impl Fn(String) + Clone + Send + Sync + 'static,
) -> impl IntoView {
    let (editing, set_editing) = signal(false);
    let name = StoredValue::new(name);
    let field = NodeRef::<html::Input>::new();
    let button = NodeRef::<html::Button>::new();
    // The focus follows. Where it cannot, the field and the button can still be clicked.
    Effect::new(move |was_editing: Option<bool>| {
        let editing = editing.get();
        if editing && let Some(field) = field.get() {
            let _ = field.focus();
            field.select();
        } else if was_editing == Some(true)
            && let Some(button) = button.get()
        {
            let _ = button.focus();
        }
        editing
    });
    let save = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let new_name = field.get_untracked().map(|field| field.value().trim().to_owned()).unwrap_or_default();
        set_editing.set(false);
        if !new_name.is_empty() && new_name != name.get_value() {
            on_rename(new_name);
        }
    };
    let leave = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" {
            set_editing.set(false);
        }
    };
    view! {
        <Show
            when=move || editing.get()
            fallback=move || {
                view! {
                    <span class="given-name">{name.get_value()}</span>
                    <button
                        node_ref=button
                        type="button"
                        class="quiet"
                        aria-label=format!("Rename {thing} {}", name.get_value())
                        on:click=move |_| set_editing.set(true)
                    >
                        "Rename"
                    </button>
                }
            }
        >
            <form class="rename" on:submit=save.clone() on:keydown=leave>
                <input
                    node_ref=field
                    value=name.get_value()
                    list=names
                    maxlength="100"
                    autocomplete="off"
                    aria-label=format!("New name of the {thing} {}", name.get_value())
                />
                <button type="submit" class="quiet">"Save"</button>
                <button type="button" class="quiet" on:click=move |_| set_editing.set(false)>"Cancel"</button>
            </form>
        </Show>
    }
}
