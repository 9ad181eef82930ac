//! What the directory knows about the people in the dictionary of users.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::load::Engine;
use crate::model::directory::Person;
use crate::query::Dimension;

/// Position of the user column among the text columns.
pub const USER: usize = 2;
const _: () = assert!(matches!(
    crate::model::schema::TEXT_COLUMNS[USER],
    crate::model::Column::User
));

/// A person's value of a dimension that comes from the directory.
pub fn value_of(person: &Person, dimension: Dimension) -> Option<Cow<'_, str>> {
    match dimension {
        Dimension::Department => person.department.as_deref().map(Cow::from),
        Dimension::Team => person.team.as_deref().map(Cow::from),
        Dimension::Role => person.role.as_deref().map(Cow::from),
        Dimension::Cohort => person.cohort().map(Cow::from),
        Dimension::Column(_)
        | Dimension::Time(_)
        | Dimension::HourOfWeek
        | Dimension::HourOfDay
        | Dimension::DurationClass => None,
    }
}

/// For each user code the code of their value (1-based, 0 absent), and the values.
pub fn attribute(engine: &Engine, dimension: Dimension) -> (Vec<u32>, Vec<Arc<str>>) {
    let users = &engine.dictionaries[USER];
    let mut of_user = vec![0; users.size()];
    let mut values: Vec<Arc<str>> = Vec::new();
    let Some(directory) = engine.directory() else {
        return (of_user, values);
    };
    let index = directory.people_index();
    let mut codes: HashMap<Cow<str>, u32> = HashMap::new();
    for (user, name) in users.iter() {
        let person = index
            .get(&name.to_lowercase())
            .and_then(|&position| directory.people.get(position));
        let Some(value) = person.and_then(|person| value_of(person, dimension)) else {
            continue;
        };
        of_user[user as usize] = match codes.get(&value) {
            Some(&code) => code,
            None => {
                values.push(value.as_ref().into());
                let code = values.len() as u32;
                codes.insert(value, code);
                code
            }
        };
    }
    (of_user, values)
}
