//! Small controls that occur more than once, and lists that grow.

use std::time::Duration;

use leptos::{ev, html, prelude::*};
use rust_i18n::t;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::{language::Text, words::number};

/// Pause before the next part of a list is built.
const PAUSE: Duration = Duration::from_millis(30);

/// Answered photos shown at first.
const ANSWERS: usize = 12;

/// Time in which the page becomes what the signals say, and the browser takes the focus from what is gone.
const REDRAWN: Duration = Duration::from_millis(80);
/// Where the focus is at home.
const HOME: &str = ".places [aria-current]";

/// Gives the focus to what this selector finds, where it was on something that is gone by then.
pub fn rescue_focus(selector: impl Into<String>) {
    let selector = selector.into();
    let find = |selector: &str| {
        let found = document().query_selector(selector).ok().flatten()?.dyn_into::<HtmlElement>().ok()?;
        let takes_it = is_visible(&found) && !found.matches(":disabled").unwrap_or(false);
        takes_it.then_some(found)
    };
    let rescue = move || {
        let focused = document().active_element().and_then(|element| element.dyn_into::<HtmlElement>().ok());
        if focused.is_none_or(|element| !is_visible(&element))
            && let Some(element) = find(&selector).or_else(|| find(HOME))
        {
            // Where it cannot have the focus, it can still be clicked.
            let _ = element.focus();
        }
    };
    set_timeout(rescue, REDRAWN);
}

/// Whether what this selector finds has the focus.
pub fn has_focus(selector: &str) -> bool {
    document().active_element().is_some_and(|element| element.matches(selector).unwrap_or(false))
}

/// Gives the focus to the element of this `id`, as soon as it is there.
pub fn go_to(id: &'static str) {
    let go = move || {
        if let Some(element) =
            document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok())
        {
            let _ = element.focus();
        }
    };
    set_timeout(go, REDRAWN);
}

/// Scrolls to the start of the element of this `id`, where that is above what can be seen, or behind the bar that stays
/// in sight.
pub fn show_start(id: &'static str) {
    let show = move || {
        let bar = document().query_selector(".control").ok().flatten();
        let visible_from = bar.map_or(0.0, |bar| bar.get_bounding_client_rect().bottom());
        if let Some(element) = document().get_element_by_id(id)
            && element.get_bounding_client_rect().top() < visible_from
        {
            element.scroll_into_view();
        }
    };
    set_timeout(show, REDRAWN);
}

/// False for the page's body too, which has the focus when nothing has it.
fn is_visible(element: &HtmlElement) -> bool {
    element.offset_parent().is_some()
}

/// A value between quotation marks in a selector.
pub fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', r"\\").replace('"', "\\\""))
}

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

/// The button that shows all of a long list; there where some of it is not shown.
#[component]
pub fn ShowAll(
    /// Whether all of it is shown.
    all: RwSignal<bool>,
    /// How many are shown at first.
    at_first: usize,
    /// How many there are.
    count: impl Fn() -> usize + Copy + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <Show when=move || !all.get() && (count() > at_first)>
            <button type="button" class="quiet" on:click=move |_| all.set(true)>
                {move || t!("parts.show_all", count = number(count()))}
            </button>
        </Show>
    }
}

/// Answered photos: some at first, and twice as many more each time that more are asked for.
#[component]
pub fn Answers(
    /// The list's `id`.
    #[prop(into)]
    id: String,
    /// The photos, as indices.
    photos: Vec<usize>,
    /// A photo as an item of the list.
    item: impl Fn(usize) -> AnyView + Clone + Send + Sync + 'static,
) -> impl IntoView {
    let total = photos.len();
    let shown = RwSignal::new(ANSWERS);
    let indices = move || photos.iter().take(shown.get()).copied().collect::<Vec<_>>();
    view! {
        <ul class="answers" id=id>
            <For each=indices key=|index| *index children=item/>
        </ul>
        <Show when=move || shown.get() < total>
            <button type="button" class="quiet" on:click=move |_| shown.update(|shown| *shown += 2 * ANSWERS)>
                {t!("parts.show_more")}
            </button>
        </Show>
    }
}

/// A button that does something grave only at the second click; the first one changes what it says.
#[component]
pub fn TwoStep(
    /// What it says at first.
    label: Text,
    /// What it says before it acts.
    sure: Text,
    /// What it is about, for those who do not see where it stands.
    #[prop(into)]
    about: Signal<String>,
    /// What should be known before it acts.
    #[prop(optional, into)]
    warning: Signal<Option<Text>>,
    /// What it does.
    on_sure: impl Fn() + 'static,
) -> impl IntoView {
    let (asked, set_asked) = signal(false);
    let text = Signal::derive(move || if asked.get() { sure.clone() } else { label.clone() });
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
            aria-label=move || t!("parts.action", action = text.get(), name = about.get())
            on:click=click
            on:blur=move |_| set_asked.set(false)
        >
            {text}
        </button>
        <Show when=move || asked.get() && warning.get().is_some()>
            <span class="caution" role="status">{move || warning.get()}</span>
        </Show>
    }
}

/// A name and a button that turns it into a field.
#[component]
pub fn Renamable(
    /// The name.
    #[prop(into)]
    name: Signal<String>,
    /// What the button does, with the name.
    ask: fn(String) -> Text,
    /// What the field is, with the name.
    new_name: fn(String) -> Text,
    /// The `id` of a `datalist` with names to choose from.
    #[prop(optional)]
    names: Option<&'static str>,
    /// Whether the name has to stay as it is.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Hears the new name, which is not empty.
    on_rename: impl Fn(String) + Clone + Send + Sync + 'static,
) -> impl IntoView {
    let (editing, set_editing) = signal(false);
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
        if !new_name.is_empty() && new_name != name.get_untracked() && !disabled.get_untracked() {
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
                    <span class="given-name">{name}</span>
                    <button
                        node_ref=button
                        type="button"
                        class="quiet"
                        disabled=disabled
                        aria-label=move || ask(name.get())
                        on:click=move |_| set_editing.set(true)
                    >
                        {t!("parts.rename")}
                    </button>
                }
            }
        >
            <form class="rename" on:submit=save.clone() on:keydown=leave>
                <input
                    node_ref=field
                    value=name.get_untracked()
                    required
                    pattern=r".*\S.*"
                    title=t!("parts.name_rule")
                    list=names
                    maxlength="100"
                    autocomplete="off"
                    aria-label=move || new_name(name.get())
                />
                <button type="submit" class="quiet">{t!("parts.save")}</button>
                <button type="button" class="quiet" on:click=move |_| set_editing.set(false)>
                    {t!("parts.cancel")}
                </button>
            </form>
        </Show>
    }
}
